package harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import software.amazon.lambda.durable.DurableContext;
import software.amazon.lambda.durable.config.WaitForConditionConfig;
import software.amazon.lambda.durable.model.WaitForConditionResult;
import software.amazon.lambda.durable.retry.WaitForConditionWaitStrategy;
import software.amazon.lambda.durable.retry.WaitStrategies;

/** The statement that the SDK's waitForCondition stands behind. */
final class Conditions {
    private Conditions() {}

    static void waitForCondition(JsonNode statement, DurableContext context, Scope scope) {
        var at = Control.at(statement);
        var config = WaitForConditionConfig.<Object>builder().waitStrategy(strategy(statement, scope));
        if (statement.has("initial")) {
            config.initialState(scope.evaluate(statement.get("initial"), at));
        }
        if (statement.has("serdes")) {
            config.serDes(Serdes.named(statement.get("serdes"), at, scope));
        }
        var name = Operations.nameOf(statement, scope);
        scope.bind(statement, context.waitForCondition(name, Object.class, (state, step) -> {
            var extra = named(state, step.getAttempt());
            var next = Bodies.run(new Bodies.Call(at, "check", step, scope, context, extra));
            return scope.holds(statement.get("until"), at, named(next, step.getAttempt()))
                    ? WaitForConditionResult.stopPolling(next)
                    : WaitForConditionResult.continuePolling(next);
        }, config.build()));
    }

    private static Map<String, Object> named(Object state, int attempt) {
        var names = new HashMap<String, Object>();
        names.put("state", state);
        names.put("attempt", attempt);
        return names;
    }

    private static WaitForConditionWaitStrategy<Object> strategy(JsonNode statement, Scope scope) {
        var at = Control.at(statement);
        var delays = statement.path("delays");
        if (!delays.isEmpty()) {
            return (state, attempt) ->
                    Durations.of(delays.get(Math.min(attempt, delays.size()) - 1), at, scope);
        }
        if (statement.path("backoff").isEmpty()) {
            return null; // the SDK's own
        }
        var backoff = new Retries.Options(statement.get("backoff"), at, scope);
        return WaitStrategies.exponentialBackoff(
                backoff.number("attempts", 60).intValue(),
                backoff.duration("initial", 5),
                backoff.duration("max", 300),
                backoff.number("rate", 1.5).doubleValue(),
                backoff.jitter("FULL"));
    }
}
