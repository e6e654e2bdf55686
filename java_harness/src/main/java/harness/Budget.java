package harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** How much one expression may compute: steps, bytes of text, depth; docs/values.md says what costs what. */
final class Budget {
    private final long mostSteps;
    private final long mostBytes;
    private final int mostDepth;
    private long steps;
    private long bytes;

    /** An expression that means nothing for the values that it met. */
    static class ExpressionError extends RuntimeException {
        ExpressionError(String message) {
            super(message);
        }
    }

    /** An expression that computes more than it may. */
    static final class BudgetError extends ExpressionError {
        BudgetError(String message) {
            super(message);
        }
    }

    private Budget(long mostSteps, long mostBytes, int mostDepth) {
        this.mostSteps = steps = mostSteps;
        this.mostBytes = bytes = mostBytes;
        this.mostDepth = mostDepth;
    }

    void step(long count) {
        steps -= count;
        if (steps < 0) {
            throw new BudgetError("the steps that expressions may take are used up");
        }
    }

    void bytes(long count) {
        bytes -= count;
        if (bytes < 0) {
            throw new BudgetError("the bytes of text that expressions may handle are used up");
        }
    }

    void depth(int depth) {
        if (depth > mostDepth) {
            throw new BudgetError("a value is nested deeper than values may be");
        }
    }

    /** The bytes of a text as UTF-8; half a character takes three. */
    static long size(String text) {
        return text.length() == 0 ? 0 : text.getBytes(StandardCharsets.UTF_8).length
                + 2 * text.chars().filter(unit -> Character.isSurrogate((char) unit)).count()
                - 2 * 2 * (text.length() - text.codePointCount(0, text.length()));
    }

    /** The value, if it is within the limits, counted anew: one that holds a list twice over and over is not. */
    Object measured(Object value) {
        var anew = new Budget(mostSteps, mostBytes, mostDepth);
        var rest = new ArrayDeque<Object[]>();
        rest.push(new Object[] {value, 1});
        while (!rest.isEmpty()) {
            var next = rest.pop();
            var depth = (int) next[1];
            anew.step(1);
            if (next[0] instanceof String text) {
                anew.bytes(size(text));
            } else if (next[0] instanceof List || next[0] instanceof Map) {
                anew.depth(depth);
                Collection<?> inner = next[0] instanceof List<?> list ? list : ((Map<?, ?>) next[0]).values();
                if (next[0] instanceof Map<?, ?> map) {
                    map.keySet().forEach(key -> anew.bytes(size((String) key)));
                }
                if (inner.size() + rest.size() > anew.steps) {
                    anew.step(inner.size() + rest.size());
                }
                inner.forEach(item -> rest.push(new Object[] {item, depth + 1}));
            }
        }
        return value;
    }

    /** What is left for all expressions of an invocation, of which each may take so much. */
    static final class Total {
        private final JsonNode each;
        private long steps;
        private long bytes;

        Total(JsonNode budget) {
            each = budget.get("evaluation");
            steps = budget.get("invocation").get("steps").longValue();
            bytes = budget.get("invocation").get("bytes").longValue();
        }

        synchronized Budget one() {
            return new Budget(
                    Math.min(each.get("steps").longValue(), steps),
                    Math.min(each.get("bytes").longValue(), bytes),
                    each.get("depth").intValue());
        }

        synchronized void take(Budget budget) {
            steps -= budget.mostSteps - Math.max(budget.steps, 0);
            bytes -= budget.mostBytes - Math.max(budget.bytes, 0);
        }
    }
}
