package harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import software.amazon.lambda.durable.DurableContext;
import software.amazon.lambda.durable.StepContext;

/** What a step, a check or a submitter does when the SDK runs it. */
final class Bodies {
    private Bodies() {}

    /**
     * One time that the SDK runs a statement's body; {@code extra} is in scope besides what {@code scope} holds.
     *
     * <p>{@code around} is the SDK's context that the statement stands in: a body that uses it uses it out of its
     * place. A submitter is not told of its attempt.
     */
    record Call(
            String at,
            String kind,
            StepContext step,
            Scope scope,
            DurableContext around,
            Map<String, Object> extra) {
        private Integer attempt() {
            return kind.equals("submitter") ? null : (Integer) step.getAttempt();
        }
    }

    /** Do what the lab says that the body does this time. */
    static Object run(Call call) {
        var scope = call.scope();
        var body = scope.run.lab.turn(call.at(), scope.indexes, call.kind(), call.attempt());
        body.path("logs").forEach(line -> Logs.write(call.step(), line, scope, call.extra()));
        Object value;
        try {
            if (body.has("raises")) {
                throw Errors.unchecked(Errors.make(body.get("raises"), call.at(), scope, call.extra()));
            }
            value = body.has("do")
                    ? statements(body.get("do"), call)
                    : scope.evaluate(body.get("returns"), call.at(), call.extra());
        } catch (RuntimeException error) {
            ended(call, "raised");
            throw error;
        }
        ended(call, "returned");
        return value;
    }

    private static void ended(Call call, String outcome) {
        var detail = new HashMap<String, Object>(Map.of("outcome", outcome));
        if (call.extra().containsKey("callback_id")) {
            detail.put("callback_id", call.extra().get("callback_id"));
        }
        call.scope().run.lab.end(call.at(), call.scope().indexes, call.kind(), call.attempt(), detail);
    }

    /** Run statements on the context around the body; one that is suspended in them never ends. */
    private static Object statements(JsonNode given, Call call) {
        var inner = call.scope().copy();
        call.extra().forEach(inner::bind);
        return Blocks.valueOf(given, call.around(), inner);
    }
}
