package harness;

import com.fasterxml.jackson.databind.JsonNode;
import harness.Blocks.Doer;
import java.util.Map;
import software.amazon.lambda.durable.DurableContext;
import software.amazon.lambda.durable.config.CallbackConfig;
import software.amazon.lambda.durable.config.StepConfig;
import software.amazon.lambda.durable.config.WaitForCallbackConfig;

/** Statements that the SDK's callbacks stand behind. */
final class Callbacks {
    static final Map<String, Doer> RUNNERS = Map.of(
            "callback", Callbacks::callback,
            "await", Callbacks::await,
            "wait_for_callback", Callbacks::waitForCallback);

    private Callbacks() {}

    private static void callback(JsonNode statement, DurableContext context, Scope scope) {
        var name = Operations.nameOf(statement, scope);
        var callback = context.createCallback(name, Object.class, config(statement, scope));
        var id = callback.callbackId();
        scope.run.lab.effect(Control.at(statement), scope.indexes, "callback", "start", Map.of("callback_id", id));
        scope.bind(statement, id);
        if (statement.has("bind")) {
            scope.callbacks.put(statement.get("bind").textValue(), callback);
        }
    }

    private static CallbackConfig config(JsonNode statement, Scope scope) {
        var at = Control.at(statement);
        var config = CallbackConfig.builder();
        if (statement.has("timeout")) {
            config.timeout(Durations.of(statement.get("timeout"), at, scope));
        }
        if (statement.has("heartbeat_timeout")) {
            config.heartbeatTimeout(Durations.of(statement.get("heartbeat_timeout"), at, scope));
        }
        if (statement.has("serdes")) {
            config.serDes(Serdes.named(statement.get("serdes"), at, scope));
        }
        return config.build();
    }

    private static void await(JsonNode statement, DurableContext context, Scope scope) {
        var callback = scope.callbacks.get(statement.get("callback").textValue());
        if (callback == null) {
            throw scope.run.lab.fault("that is no callback that was created", Control.at(statement));
        }
        scope.bind(statement, callback.get());
    }

    private static void waitForCallback(JsonNode statement, DurableContext context, Scope scope) {
        var at = Control.at(statement);
        var config = WaitForCallbackConfig.builder().callbackConfig(config(statement, scope));
        if (statement.has("retry")) {
            var strategy = Retries.strategy(statement.get("retry"), at, scope);
            config.stepConfig(StepConfig.builder().retryStrategy(strategy).build());
        }
        var name = Operations.nameOf(statement, scope);
        scope.bind(statement, context.waitForCallback(
                name,
                Object.class,
                (id, step) ->
                        Bodies.run(new Bodies.Call(at, "submitter", step, scope, context, Map.of("callback_id", id))),
                config.build()));
    }
}
