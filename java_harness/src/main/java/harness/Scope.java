package harness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.lambda.durable.DurableCallbackFuture;
import software.amazon.lambda.durable.DurableContext;

/**
 * What is in scope where a statement runs: variables, and what stands behind some of them.
 *
 * <p>{@code indexes} are the branches and the with_retry attempts that lead here, outermost first.
 */
final class Scope {
    /** Characters of a value that are told. */
    private static final int LONGEST = 4000;

    final Run run;
    final List<Integer> indexes;
    final Map<String, Throwable> errors;
    final Map<String, DurableCallbackFuture<Object>> callbacks;
    private Map<String, Object> values;

    /** One invocation: what was asked for, and the way to the lab. */
    static final class Run {
        final Lab lab;
        final JsonNode statements;
        final int invocation;
        final Budget.Total budget;
        /** The execution's own; null in a plain function. */
        DurableContext context;

        private final JsonNode program;

        Run(Lab lab, JsonNode program) {
            this.lab = lab;
            this.program = program;
            this.statements = program.get("statements");
            this.invocation = program.get("invocation").intValue();
            this.budget = new Budget.Total(program.get("budget"));
        }

        boolean durable() {
            return program.path("durable").asBoolean(true);
        }

        /** Where the function's statements are in the scenario's document. */
        String place() {
            var function = program.get("function").textValue();
            return function.equals("scenario") ? "handler" : "functions/" + function;
        }
    }

    Scope(Run run) {
        this(run, Map.of(), new HashMap<>(), new HashMap<>(), List.of());
    }

    private Scope(
            Run run,
            Map<String, Object> values,
            Map<String, Throwable> errors,
            Map<String, DurableCallbackFuture<Object>> callbacks,
            List<Integer> indexes) {
        this.run = run;
        this.values = values;
        this.errors = errors;
        this.callbacks = callbacks;
        this.indexes = indexes;
    }

    /** A scope of its own for a body: what is bound there is not seen here. */
    Scope copy(Integer... index) {
        var inner = new ArrayList<>(indexes);
        inner.addAll(List.of(index));
        return new Scope(run, values, new HashMap<>(errors), new HashMap<>(callbacks), inner);
    }

    /** Put a variable in scope, in the place of what had its name; nothing when it has no name. */
    void bind(String name, Object value) {
        if (name != null) {
            errors.remove(name);
            callbacks.remove(name);
            values = with(Map.of()); // a copy, since scopes share their values
            values.put(name, value);
        }
    }

    /** Bind what a statement gives. */
    void bind(JsonNode statement, Object value) {
        bind(statement.path("bind").textValue(), value);
    }

    private Map<String, Object> with(Map<String, Object> extra) {
        var names = new HashMap<>(values);
        names.putAll(extra);
        return names;
    }

    /** Whether the condition that the tree is holds. */
    boolean holds(JsonNode tree, String at, Map<String, Object> extra) {
        var nodes = JsonNodeFactory.instance;
        var not = nodes.arrayNode().add("!").add(tree);
        return (Boolean) evaluate(nodes.arrayNode().add("!").add(not), at, extra);
    }

    Object evaluate(JsonNode tree, String at) {
        return evaluate(tree, at, Map.of());
    }

    /** The tree's value; one that fails ends the run, past SDK and user code. */
    Object evaluate(JsonNode tree, String at, Map<String, Object> extra) {
        var names = extra.isEmpty() ? values : with(extra);
        var budget = run.budget.one();
        try {
            return Expressions.evaluate(tree, names, budget);
        } catch (Budget.ExpressionError error) {
            throw failed(tree, at, names, error);
        } catch (RuntimeException error) {
            throw run.lab.fault("evaluating " + cut(tree.toString()) + " broke: " + error, at);
        } finally {
            run.budget.take(budget);
        }
    }

    /** Report an expression that failed, with what it read: whose fault that is, the judge says. */
    private Error failed(JsonNode tree, String at, Map<String, Object> names, Budget.ExpressionError error) {
        var read = new TreeMap<String, String>();
        for (var name : Expressions.namesIn(tree)) {
            if (names.containsKey(name)) {
                read.put(name, cut(told(names.get(name))));
            }
        }
        var budget = error instanceof Budget.BudgetError;
        return run.lab.stop(
                "expression",
                error.getMessage(),
                at,
                Map.of("tree", tree, "indexes", indexes, "budget", budget, "names", read));
    }

    private static String told(Object value) {
        try {
            return Values.JSON.writeValueAsString(value);
        } catch (Exception error) {
            return String.valueOf(value);
        }
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    }
}
