package harness;

import com.fasterxml.jackson.databind.JsonNode;
import harness.Blocks.Doer;
import java.util.ArrayList;
import java.util.Map;
import software.amazon.lambda.durable.DurableContext;
import software.amazon.lambda.durable.DurableFuture;
import software.amazon.lambda.durable.config.RunInChildContextConfig;
import software.amazon.lambda.durable.config.StepConfig;
import software.amazon.lambda.durable.config.StepSemantics;
import software.amazon.lambda.durable.config.WithRetryConfig;

/**
 * Statements that the SDK's step, wait, child context, map, parallel and withRetry stand behind.
 *
 * <p>Configurations are made inside the statement: the SDK may refuse one, which a scenario can catch.
 */
final class Operations {
    static final Map<String, Doer> RUNNERS = Map.of(
            "step", Operations::step,
            "wait", Operations::pause,
            "child", Operations::child,
            "map", Operations::map,
            "parallel", Operations::parallel,
            "with_retry", Operations::withRetry);

    private static final Map<String, StepSemantics> SEMANTICS = Map.of(
            "at-most-once", StepSemantics.AT_MOST_ONCE_PER_RETRY,
            "at-least-once", StepSemantics.AT_LEAST_ONCE_PER_RETRY);

    private Operations() {}

    /** The operation's name; null when it has none. */
    static String nameOf(JsonNode statement, Scope scope) {
        var at = Control.at(statement);
        var name = statement.has("name") ? scope.evaluate(statement.get("name"), at) : null;
        if (name != null && !(name instanceof String)) {
            throw scope.run.lab.fault("a name is text, not " + name, at);
        }
        return (String) name;
    }

    private static void step(JsonNode statement, DurableContext context, Scope scope) {
        var at = Control.at(statement);
        var config = StepConfig.builder();
        if (statement.has("retry")) {
            config.retryStrategy(Retries.strategy(statement.get("retry"), at, scope));
        }
        if (statement.has("semantics")) {
            config.semanticsPerRetry(SEMANTICS.get(statement.get("semantics").textValue()));
        }
        if (statement.has("serdes")) {
            config.serDes(Serdes.named(statement.get("serdes"), at, scope));
        }
        var name = nameOf(statement, scope);
        scope.bind(statement, context.step(name, Object.class, step -> {
            var extra = Map.<String, Object>of("attempt", step.getAttempt());
            return Bodies.run(new Bodies.Call(at, "step", step, scope, context, extra));
        }, config.build()));
    }

    private static void pause(JsonNode statement, DurableContext context, Scope scope) {
        var length = Durations.of(statement.get("duration"), Control.at(statement), scope);
        context.wait(nameOf(statement, scope), length);
    }

    private static void child(JsonNode statement, DurableContext context, Scope scope) {
        var at = Control.at(statement);
        var config = RunInChildContextConfig.builder();
        if (statement.has("virtual")) {
            config.isVirtual((Boolean) scope.evaluate(statement.get("virtual"), at));
        }
        if (statement.has("serdes")) {
            config.serDes(Serdes.named(statement.get("serdes"), at, scope));
        }
        var name = nameOf(statement, scope);
        scope.bind(statement, context.runInChildContext(
                name,
                Object.class,
                inner -> Blocks.runFunction("child", at, statement.get("do"), inner, scope.copy()),
                config.build()));
    }

    private static void map(JsonNode statement, DurableContext context, Scope scope) {
        var at = Control.at(statement);
        var outer = scope.copy();
        var config = Batches.mapConfig(statement, outer);
        var items = Values.array(scope.evaluate(statement.get("items"), at));
        var name = nameOf(statement, scope);
        scope.bind(statement, Batches.accessors(context.map(name, items, Object.class, (item, index, branch) -> {
            var inner = outer.copy(index);
            inner.bind("item", item);
            inner.bind("index", index);
            inner.bind("items", items);
            return Blocks.runFunction("branch", at, statement.get("do"), branch, inner);
        }, config)));
    }

    private static void parallel(JsonNode statement, DurableContext context, Scope scope) {
        var at = Control.at(statement);
        var outer = scope.copy();
        var config = Batches.parallelConfig(statement, outer);
        var futures = new ArrayList<DurableFuture<Object>>();
        try (var parallel = context.parallel(nameOf(statement, scope), config)) {
            for (var given : statement.get("branches")) {
                var index = futures.size();
                var name = given.has("name") ? (String) scope.evaluate(given.get("name"), at) : null;
                futures.add(parallel.branch(name, Object.class, branch -> {
                    var inner = outer.copy(index);
                    inner.bind("index", index);
                    return Blocks.runFunction("branch", at, given.get("do"), branch, inner);
                }));
            }
            scope.bind(statement, Batches.accessors(parallel.get(), futures));
        }
    }

    private static void withRetry(JsonNode statement, DurableContext context, Scope scope) {
        var at = Control.at(statement);
        var outer = scope.copy();
        var config = WithRetryConfig.builder().retryStrategy(Retries.strategy(statement.get("retry"), at, scope));
        // A with_retry stands in a context unless the program says otherwise. This SDK's own default is a virtual one,
        // and it has none without.
        var virtual = statement.has("virtual") && (Boolean) scope.evaluate(statement.get("virtual"), at);
        config.wrapInChildContext(!virtual);
        var name = nameOf(statement, scope);
        scope.bind(statement, context.withRetry(name, (attempt, inner) -> {
            var each = outer.copy(attempt);
            each.bind("attempt", attempt);
            return Blocks.valueOf(statement.get("do"), inner, each);
        }, config.build()));
    }
}
