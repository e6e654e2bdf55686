package harness;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import harness.Budget.ExpressionError;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What operators and functions make of values: docs/values.md, in Java. */
final class Values {
    /** JSON as the harness reads and writes it: without blanks, every character as it is. */
    static final ObjectMapper JSON = new ObjectMapper()
            .registerModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS);

    private static final double MOST = (1L << 53) - 1;
    private static final double SMALLEST_PLAIN = 1e-6;
    private static final int DIGITS = 17;

    private Values() {}

    private static ExpressionError fail(String message) {
        return new ExpressionError(message);
    }

    /** A part of a program as the value that it says. */
    static Object plain(JsonNode node) {
        try {
            return JSON.treeToValue(node, Object.class);
        } catch (JsonProcessingException error) {
            throw new IllegalStateException(error);
        }
    }

    /** Whether a condition holds: not for null, false, 0, an empty text, list or object. */
    static boolean truth(Object value) {
        if (value instanceof Number number) {
            return number.doubleValue() != 0;
        }
        if (value == null || value instanceof Boolean) {
            return value != null && (Boolean) value;
        }
        return value instanceof String text ? !text.isEmpty()
                : value instanceof List<?> list ? !list.isEmpty() : !mapping(value).isEmpty();
    }

    private static boolean isNumber(Object value) {
        return value instanceof Number;
    }

    /** A number that can be computed with. */
    private static double number(Object value) {
        if (!(value instanceof Number given) || !(Math.abs(given.doubleValue()) <= MOST)) {
            throw fail("a number within the safe integers is wanted");
        }
        return given.doubleValue();
    }

    /** What was computed, as a number of its own: whole ones have no point. */
    private static Object result(double value) {
        var whole = (long) number(value);
        return whole == value ? (Object) whole : (Object) value;
    }

    private static long integer(Object value) {
        var given = number(value);
        if (given != Math.rint(given)) {
            throw fail("a whole number is wanted");
        }
        return (long) given;
    }

    @SuppressWarnings("unchecked")
    static List<Object> array(Object value) {
        if (!(value instanceof List)) {
            throw fail("a list is wanted");
        }
        return (List<Object>) value;
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> mapping(Object value) {
        if (!(value instanceof Map)) {
            throw fail("an object is wanted");
        }
        return (Map<String, Object>) value;
    }

    /** A text of whole characters, which costs its bytes. */
    static String read(Object value, Budget budget) {
        if (!(value instanceof String text) || text.codePoints().anyMatch(Values::isHalf)) {
            throw fail("a text is wanted, without half characters");
        }
        return made(text, budget);
    }

    private static boolean isHalf(int character) {
        return Character.getType(character) == Character.SURROGATE;
    }

    private static String made(String text, Budget budget) {
        budget.bytes(Budget.size(text));
        return text;
    }

    /** A scalar as an interpolation and {@code str} write it. */
    static String text(Object value, Budget budget, String nothing) {
        if (value instanceof Boolean) {
            return value.toString();
        }
        if (value == null) {
            return nothing;
        }
        return isNumber(value) ? numberText(number(value)) : read(value, budget);
    }

    /** A number as JavaScript writes it: as few digits as tell it from every other. */
    private static String numberText(double value) {
        if (value == Math.rint(value)) {
            return Long.toString((long) value);
        }
        var shortest = new BigDecimal(value);
        for (var digits = 1; digits <= DIGITS; digits++) {
            shortest = new BigDecimal(value).round(new MathContext(digits));
            if (shortest.doubleValue() == value) {
                break;
            }
        }
        if (Math.abs(value) >= SMALLEST_PLAIN) {
            return shortest.toPlainString();
        }
        var unscaled = shortest.unscaledValue().abs().toString();
        var exponent = shortest.precision() - shortest.scale() - 1;
        var fraction = unscaled.length() > 1 ? "." + unscaled.substring(1) : "";
        return (value < 0 ? "-" : "") + unscaled.charAt(0) + fraction + "e" + exponent;
    }

    /** Texts in one, which is paid before it is made. */
    static String joined(List<String> texts, String separator, Budget budget) {
        var all = texts.stream().mapToLong(Budget::size).sum();
        budget.bytes(all + Budget.size(separator) * Math.max(texts.size() - 1, 0));
        return String.join(separator, texts);
    }

    /** Keys in the order of their UTF-16 code units. */
    static TreeSet<String> ordered(Map<String, Object> value) {
        return new TreeSet<>(value.keySet());
    }

    private static long length(String text) {
        return text.codePointCount(0, text.length());
    }

    private static String characters(String text, int start, int end) {
        var from = text.offsetByCodePoints(0, start);
        return text.substring(from, text.offsetByCodePoints(from, end - start));
    }

    /** Of a list or text what lies between two bounds, each perhaps null. */
    static Object slice(List<Object> operands, Budget budget) {
        var of = operands.get(0);
        var given = operands.subList(1, operands.size()).stream()
                .map(bound -> bound == null ? null : (Long) integer(bound))
                .toArray(Long[]::new);
        var count = of instanceof String ? length(read(of, budget)) : array(of).size();
        var start = given[0] == null ? 0 : within(given[0], count);
        var end = Math.max(start, given[1] == null ? count : within(given[1], count));
        if (of instanceof String text) {
            return made(characters(text, (int) start, (int) end), budget);
        }
        budget.step(end - start);
        return new ArrayList<>(array(of).subList((int) start, (int) end));
    }

    private static long within(long bound, long count) {
        return Math.min(count, Math.max(0, bound < 0 ? count + bound : bound));
    }

    /** What an operator makes of its operands. */
    static Object operator(String kind, List<Object> of, Budget budget) {
        var one = of.get(0);
        var other = of.size() > 1 ? of.get(1) : null;
        return switch (kind) {
            case "!" -> !truth(one);
            case "==" -> equal(one, other, budget, 0);
            case "!=" -> !equal(one, other, budget, 0);
            case "in" -> contains(one, other, budget);
            case "<" -> compare(one, other, budget) < 0;
            case "<=" -> compare(one, other, budget) <= 0;
            case ">" -> compare(one, other, budget) > 0;
            case ">=" -> compare(one, other, budget) >= 0;
            case "+" -> one instanceof String && other instanceof String
                    ? joined(List.of(read(one, budget), read(other, budget)), "", budget)
                    : result(number(one) + number(other));
            case "-" -> result(number(one) - number(other));
            case "*" -> result(number(one) * number(other));
            case "index" -> index(one, other, budget);
            case "reverse" -> reverse(one, budget);
            case "flatten" -> flatten(one, budget);
            case "flattenDeep" -> flattenDeep(array(one), 1, new ArrayList<>(), budget);
            case "merge" -> merge(one, budget);
            case "mergeDeep" -> {
                Object merged = new LinkedHashMap<String, Object>();
                for (var item : array(one)) {
                    merged = mergedDeep(merged, mapping(item), 1, budget);
                }
                yield merged;
            }
            default -> throw fail("this harness knows no node " + kind);
        };
    }

    /** Equality of JSON values: true is not 1, 2.0 is 2. */
    private static boolean equal(Object left, Object right, Budget budget, int depth) {
        budget.step(1);
        budget.depth(depth);
        if (isNumber(left) && isNumber(right)) {
            return number(left) == number(right);
        }
        if (left instanceof String text && right instanceof String) {
            return made(text, budget).equals(right);
        }
        if (left instanceof List<?> one && right instanceof List<?> other) {
            if (one.size() != other.size()) {
                return false;
            }
            for (var i = 0; i < one.size(); i++) {
                if (!equal(one.get(i), other.get(i), budget, depth + 1)) {
                    return false;
                }
            }
            return true;
        }
        if (left instanceof Map && right instanceof Map) {
            var one = mapping(left);
            var other = mapping(right);
            return one.keySet().equals(other.keySet())
                    && ordered(one).stream()
                            .allMatch(key -> equal(one.get(key), other.get(key), budget, depth + 1));
        }
        return left instanceof Boolean ? left.equals(right) : left == right;
    }

    private static boolean contains(Object item, Object collection, Budget budget) {
        if (collection instanceof String) {
            var sought = read(item, budget);
            return read(collection, budget).contains(sought);
        }
        if (collection instanceof Map) {
            return mapping(collection).containsKey(read(item, budget));
        }
        return array(collection).stream().anyMatch(other -> equal(item, other, budget, 0));
    }

    private static int compare(Object left, Object right, Budget budget) {
        if (left instanceof String && right instanceof String) {
            return read(left, budget).compareTo(read(right, budget));
        }
        var one = number(left);
        var other = number(right);
        return one == other ? 0 : one < other ? -1 : 1;
    }

    private static Object index(Object of, Object key, Budget budget) {
        if (of instanceof Map) {
            return mapping(of).get(read(key, budget));
        }
        var count = of instanceof String ? length(read(of, budget)) : array(of).size();
        var given = integer(key);
        if (given < -count || given >= count) {
            throw fail("index " + given + " is out of bounds");
        }
        var at = (int) (given < 0 ? count + given : given);
        return of instanceof String text ? made(characters(text, at, at + 1), budget) : array(of).get(at);
    }

    private static Object reverse(Object value, Budget budget) {
        budget.step(array(value).size());
        var reversed = new ArrayList<>(array(value));
        Collections.reverse(reversed);
        return reversed;
    }

    private static Object flatten(Object value, Budget budget) {
        var flat = new ArrayList<>();
        for (var item : array(value)) {
            var inner = item instanceof List<?> list ? list : Collections.singletonList(item);
            budget.step(1 + inner.size());
            flat.addAll(inner);
        }
        return flat;
    }

    private static List<Object> flattenDeep(List<Object> items, int depth, List<Object> flat, Budget budget) {
        budget.depth(depth);
        for (var item : items) {
            budget.step(1);
            if (item instanceof List) {
                flattenDeep(array(item), depth + 1, flat, budget);
            } else {
                flat.add(item);
            }
        }
        return flat;
    }

    private static Object merge(Object value, Budget budget) {
        var merged = new LinkedHashMap<String, Object>();
        for (var item : array(value)) {
            budget.step(1 + mapping(item).size());
            merged.putAll(mapping(item));
        }
        return merged;
    }

    private static Object mergedDeep(Object left, Object right, int depth, Budget budget) {
        budget.step(1);
        budget.depth(depth);
        if (left instanceof List<?> one && right instanceof List<?> other) {
            budget.step(one.size() + other.size());
            var both = new ArrayList<Object>(one);
            both.addAll(other);
            return both;
        }
        if (!(left instanceof Map) || !(right instanceof Map)) {
            return right;
        }
        var one = mapping(left);
        var other = mapping(right);
        budget.step(one.size() + other.size());
        var both = new LinkedHashMap<>(one);
        for (var key : ordered(other)) {
            var given = other.get(key);
            both.put(key, one.containsKey(key) ? mergedDeep(one.get(key), given, depth + 1, budget) : given);
        }
        return both;
    }

    /** What a function makes of what it is given; {@code defined} looks at the scope and is a node's own business. */
    static Object call(String called, List<Object> given, Budget budget) {
        var one = given.get(0);
        var other = given.size() > 1 ? given.get(1) : null;
        return switch (called) {
            case "abs" -> result(Math.abs(number(one)));
            case "ceil" -> result(Math.ceil(number(one)));
            case "floor" -> result(Math.floor(number(one)));
            case "min" -> result(given.stream().mapToDouble(Values::number).min().orElseThrow());
            case "max" -> result(given.stream().mapToDouble(Values::number).max().orElseThrow());
            case "len" -> one instanceof String ? length(read(one, budget)) : (long) array(one).size();
            case "str" -> made(text(one, budget, "null"), budget);
            case "join" -> join(array(one), other, budget);
            case "split" -> split(read(one, budget), separator(other, budget), budget);
            case "range" -> range(integer(one), integer(other), given.size() > 2 ? integer(given.get(2)) : 1, budget);
            case "lowercase" -> made(ascii(one, budget).toLowerCase(Locale.ROOT), budget);
            case "uppercase" -> made(ascii(one, budget).toUpperCase(Locale.ROOT), budget);
            case "repeat" -> repeat(one, integer(other), budget);
            case "typeof" -> kindOf(one);
            default -> throw fail("this harness knows no function " + called);
        };
    }

    private static String separator(Object value, Budget budget) {
        return isNumber(value) ? numberText(number(value)) : read(value, budget);
    }

    private static Object join(List<Object> values, Object separator, Budget budget) {
        budget.step(values.size());
        var between = separator(separator, budget);
        return joined(values.stream().map(item -> text(item, budget, "null")).toList(), between, budget);
    }

    private static Object split(String text, String between, Budget budget) {
        var parts = between.isEmpty()
                ? text.codePoints().mapToObj(Character::toString).toList()
                : Arrays.asList(text.split(Pattern.quote(between), -1));
        budget.step(parts.size());
        parts.forEach(part -> budget.bytes(Budget.size(part)));
        return new ArrayList<Object>(parts);
    }

    private static Object range(long start, long stop, long step, Budget budget) {
        if (step == 0) {
            throw fail("a range wants a step that is not 0");
        }
        var count = Math.max(0, (long) Math.ceil((stop - start) / (double) step));
        budget.step(count);
        var numbers = new ArrayList<Object>();
        for (var i = 0L; i < count; i++) {
            numbers.add(start + i * step);
        }
        return numbers;
    }

    private static String ascii(Object value, Budget budget) {
        var text = read(value, budget);
        if (text.chars().anyMatch(unit -> unit >= 128)) {
            throw fail("only letters of ASCII have a case that all languages agree on");
        }
        return text;
    }

    private static Object repeat(Object value, long times, Budget budget) {
        if (times < 0) {
            throw fail("repeat wants a count");
        }
        var text = read(value, budget);
        budget.bytes(Budget.size(text) * times);
        return text.repeat((int) (text.isEmpty() ? 0 : times));
    }

    private static String kindOf(Object value) {
        if (value == null || value instanceof Boolean) {
            return value == null ? "null" : "boolean";
        }
        if (isNumber(value) || value instanceof String) {
            return isNumber(value) ? "number" : "string";
        }
        if (value instanceof List) {
            return "array";
        }
        mapping(value); // nothing else is a JSON value
        return "object";
    }
}
