package harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import software.amazon.lambda.durable.DurableContext;

/** Runs statements in their order. */
final class Blocks {
    /** A {@code return} was reached: the innermost function ends with its value. */
    record Returned(Object value) {}

    /** Runs a statement; {@code context} is the SDK's, null in a plain function. */
    interface Runner {
        Returned run(JsonNode statement, DurableContext context, Scope scope);
    }

    /** A runner of a statement that never returns. */
    interface Doer {
        void run(JsonNode statement, DurableContext context, Scope scope);

        /** The same, for a table of runners. */
        default Runner runner() {
            return (statement, context, scope) -> {
                run(statement, context, scope);
                return null;
            };
        }
    }

    /** What runs a statement, by its word. */
    static final Map<String, Runner> RUNNERS = new TreeMap<>();

    static {
        var operations = new LinkedHashMap<String, Doer>();
        operations.putAll(Operations.RUNNERS);
        operations.putAll(Callbacks.RUNNERS);
        operations.putAll(Map.of("invoke", Invokes::invoke, "wait_for_condition", Conditions::waitForCondition));
        operations.forEach((word, doer) -> RUNNERS.put(word, durable(doer.runner())));
        RUNNERS.putAll(Control.RUNNERS);
    }

    private Blocks() {}

    private static Runner durable(Runner runner) {
        return (statement, context, scope) -> {
            if (context == null) {
                var said = statement.get("op").textValue() + " is an operation, and this function is not durable";
                throw scope.run.lab.fault(said, statement.get("at").textValue());
            }
            return runner.run(statement, context, scope);
        };
    }

    /** Run statements until one returns; null where none does. */
    static Returned runBlock(JsonNode statements, DurableContext context, Scope scope) {
        for (var statement : statements) {
            var word = statement.get("op").textValue();
            var runner = RUNNERS.get(word);
            if (runner == null) {
                var known = String.join(", ", new TreeSet<>(RUNNERS.keySet()));
                var said = "unknown statement '" + word + "': this harness knows " + known;
                throw scope.run.lab.fault(said, statement.get("at").textValue());
            }
            var returned = runner.run(statement, context, scope);
            if (returned != null) {
                return returned;
            }
        }
        return null;
    }

    /** The value that statements come to; null without a {@code return}, as a method of no value gives. */
    static Object valueOf(JsonNode statements, DurableContext context, Scope scope) {
        var returned = runBlock(statements, context, scope);
        return returned == null ? null : returned.value();
    }

    /**
     * Run a handler's, a child's or a branch's statements and tell the lab of its start and its end.
     *
     * <p>One that is suspended has not ended: that is an Error of the SDK's, no exception.
     */
    static Object runFunction(
            String kind, String at, JsonNode statements, DurableContext context, Scope scope) {
        var lab = scope.run.lab;
        lab.effect(at, scope.indexes, kind, "start", null);
        Returned returned;
        try {
            returned = runBlock(statements, context, scope);
        } catch (RuntimeException error) {
            lab.effect(at, scope.indexes, kind, "end", Map.of("outcome", "raised"));
            throw error;
        }
        var detail = new LinkedHashMap<String, Object>(Map.of("outcome", "returned"));
        if (returned != null) {
            detail.put("size", sizeOf(returned.value()));
        }
        lab.effect(at, scope.indexes, kind, "end", detail);
        return returned == null ? null : returned.value();
    }

    /** The bytes that a value takes as JSON without spaces; null where JSON can't say it. */
    private static Long sizeOf(Object value) {
        try {
            return Budget.size(Values.JSON.writeValueAsString(value));
        } catch (Exception error) {
            return null;
        }
    }
}
