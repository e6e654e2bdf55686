package harness;

import com.fasterxml.jackson.databind.JsonNode;
import software.amazon.lambda.durable.DurableContext;
import software.amazon.lambda.durable.config.InvokeConfig;

/** The statement that the SDK's chained invoke stands behind. */
final class Invokes {
    private Invokes() {}

    static void invoke(JsonNode statement, DurableContext context, Scope scope) {
        var at = Control.at(statement);
        var target = (String) scope.evaluate(statement.get("function"), at);
        var payload = statement.has("payload") ? scope.evaluate(statement.get("payload"), at) : null;
        var config = InvokeConfig.builder();
        if (statement.has("payload_serdes")) {
            config.payloadSerDes(Serdes.named(statement.get("payload_serdes"), at, scope));
        }
        if (statement.has("result_serdes")) {
            config.serDes(Serdes.named(statement.get("result_serdes"), at, scope));
        }
        if (statement.has("tenant")) {
            config.tenantId((String) scope.evaluate(statement.get("tenant"), at));
        }
        var name = Operations.nameOf(statement, scope);
        scope.bind(statement, context.invoke(name, target, payload, Object.class, config.build()));
    }
}
