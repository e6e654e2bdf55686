package harness;

import com.fasterxml.jackson.databind.JsonNode;
import harness.Budget.ExpressionError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Evaluates the trees of a program: one case a kind of node, as docs/values.md has them. */
final class Expressions {
    /** An {@code if} or {@code switch} of which no case holds: it leaves no trace. */
    private static final Object NOTHING = new Object();

    private final Budget budget;

    private Expressions(Budget budget) {
        this.budget = budget;
    }

    /** The tree's value where {@code names} are in scope; an {@link ExpressionError} where it fails. */
    static Object evaluate(JsonNode tree, Map<String, Object> names, Budget budget) {
        try {
            var value = new Expressions(budget).walk(tree, names);
            return value == NOTHING ? null : budget.measured(value);
        } catch (StackOverflowError deep) {
            throw new Budget.BudgetError("an expression is nested deeper than the stack of this process");
        }
    }

    /** The names that a tree reads, those that it binds itself among them. */
    static Set<String> namesIn(JsonNode tree) {
        var found = new LinkedHashSet<String>();
        if (tree.isArray() && !tree.path(0).asText().equals("const")) {
            if (tree.path(0).asText().equals("name")) {
                found.add(tree.get(1).asText());
            } else {
                tree.forEach(part -> found.addAll(namesIn(part)));
            }
        }
        return found;
    }

    private Object walk(JsonNode tree, Map<String, Object> names) {
        budget.step(1);
        var kind = tree.get(0).textValue();
        return switch (kind) {
            case "const" -> Values.plain(tree.get(1));
            case "nothing" -> NOTHING;
            case "non_json" -> NonJson.value(tree.get(1).textValue());
            case "name" -> name(tree.get(1).textValue(), names);
            case "get" -> get(Values.mapping(operand(tree.get(1), names)), tree.get(2).textValue());
            case "slice" -> Values.slice(operands(tree, 1, names), budget);
            case "array" -> array(tree, names);
            case "object" -> object(tree, 1, names);
            case "text" -> {
                var texts = new ArrayList<String>();
                operands(tree, 1, names).forEach(part -> texts.add(Values.text(part, budget, "")));
                yield Values.joined(texts, "", budget);
            }
            case "&&" -> Values.truth(operand(tree.get(1), names)) && Values.truth(operand(tree.get(2), names));
            case "||" -> Values.truth(operand(tree.get(1), names)) || Values.truth(operand(tree.get(2), names));
            case "if" -> walk(tree.get(Values.truth(operand(tree.get(1), names)) ? 2 : 3), names);
            case "switch" -> choose(tree, names);
            case "let" -> walk(tree.get(2), with(names, object(tree.get(1), 0, names)));
            case "map" -> map(tree, names);
            case "reduce" -> reduce(tree, names);
            case "call" -> call(tree, names);
            default -> Values.operator(kind, operands(tree, 1, names), budget);
        };
    }

    private Object operand(JsonNode tree, Map<String, Object> names) {
        var value = walk(tree, names);
        if (value == NOTHING) {
            throw new ExpressionError("a value is wanted where no case holds");
        }
        return value;
    }

    private List<Object> operands(JsonNode tree, int from, Map<String, Object> names) {
        var values = new ArrayList<>();
        for (var i = from; i < tree.size(); i++) {
            values.add(operand(tree.get(i), names));
        }
        return values;
    }

    private static Object name(String called, Map<String, Object> names) {
        if (!names.containsKey(called)) {
            throw new ExpressionError(called + " is not in scope");
        }
        return names.get(called);
    }

    private static Object get(Map<String, Object> of, String property) {
        if (!of.containsKey(property)) {
            throw new ExpressionError("there is no property " + property);
        }
        return of.get(property);
    }

    private List<Object> array(JsonNode tree, Map<String, Object> names) {
        var values = new ArrayList<>();
        for (var i = 1; i < tree.size(); i++) {
            var value = walk(tree.get(i), names);
            if (value != NOTHING) {
                values.add(value);
            }
        }
        return values;
    }

    private Map<String, Object> object(JsonNode pairs, int from, Map<String, Object> names) {
        var values = new LinkedHashMap<String, Object>();
        for (var i = from; i < pairs.size(); i++) {
            var value = walk(pairs.get(i).get(1), names);
            if (value != NOTHING) {
                values.put(pairs.get(i).get(0).textValue(), value);
            }
        }
        return values;
    }

    private static Map<String, Object> with(Map<String, Object> names, Map<String, Object> more) {
        var all = new HashMap<>(names);
        all.putAll(more);
        return all;
    }

    /** The names that a node binds, for these values; a name that it has not is left out. */
    private static Map<String, Object> bound(JsonNode called, Object... values) {
        var names = new HashMap<String, Object>();
        for (var i = 0; i < Math.min(called.size(), values.length); i++) {
            names.put(called.get(i).textValue(), values[i]);
        }
        return names;
    }

    private Object choose(JsonNode tree, Map<String, Object> names) {
        var chosen = tree.get(1);
        var holding = 0;
        for (var i = 2; i < tree.size(); i++) {
            if (Values.truth(operand(tree.get(i).get(0), names))) {
                chosen = tree.get(i).get(1);
                holding += 1;
            }
        }
        if (holding > 1) {
            throw new ExpressionError("several conditions of a switch hold");
        }
        return walk(chosen, names);
    }

    private Object map(JsonNode tree, Map<String, Object> names) {
        var of = operand(tree.get(1), names);
        var called = tree.get(2);
        if (of instanceof List<?> list) {
            var results = new ArrayList<>();
            for (var i = 0; i < list.size(); i++) {
                var result = walk(tree.get(3), with(names, bound(called, list.get(i), i)));
                if (result != NOTHING) {
                    results.add(result);
                }
            }
            return results;
        }
        var merged = new LinkedHashMap<String, Object>();
        var mapping = Values.mapping(of);
        for (var key : Values.ordered(mapping)) {
            var value = mapping.get(key);
            var first = called.size() > 1 ? value : pair(key, value);
            var result = walk(tree.get(3), with(names, bound(called, first, key)));
            if (result != NOTHING) {
                budget.step(Values.mapping(result).size());
                merged.putAll(Values.mapping(result));
            }
        }
        return merged;
    }

    private static Map<String, Object> pair(String key, Object value) {
        var pair = new LinkedHashMap<String, Object>();
        pair.put("key", key);
        pair.put("val", value);
        return pair;
    }

    private Object reduce(JsonNode tree, Map<String, Object> names) {
        var of = operand(tree.get(1), names);
        var total = operand(tree.get(2), names);
        var list = Values.array(of);
        for (var i = 0; i < list.size(); i++) {
            var result = walk(tree.get(4), with(names, bound(tree.get(3), total, list.get(i), i)));
            total = result == NOTHING ? total : result;
        }
        return total;
    }

    private Object call(JsonNode tree, Map<String, Object> names) {
        var called = tree.get(1).textValue();
        var given = operands(tree, 2, names);
        return called.equals("defined")
                ? names.containsKey(Values.read(given.get(0), budget))
                : Values.call(called, given, budget);
    }
}
