package harness;

import com.fasterxml.jackson.databind.JsonNode;
import harness.Blocks.Doer;
import harness.Blocks.Returned;
import harness.Blocks.Runner;
import java.util.Map;
import software.amazon.lambda.durable.DurableContext;

/** Statements that no operation of the SDK stands behind. */
final class Control {
    static final Map<String, Runner> RUNNERS = Map.of(
            "return", (statement, context, scope) ->
                    new Returned(scope.evaluate(statement.get("value"), at(statement))),
            "raise", ((Doer) Control::raise).runner(),
            "try", Control::attempt,
            "if", Control::choose,
            "let", ((Doer) Control::let).runner(),
            "log", ((Doer) Control::log).runner(),
            "note", ((Doer) Control::note).runner(),
            "on_root", (statement, context, scope) ->
                    Blocks.runBlock(statement.get("do"), scope.run.context, scope));

    private Control() {}

    /** Where a statement is. */
    static String at(JsonNode statement) {
        return statement.get("at").textValue();
    }

    private static void raise(JsonNode statement, DurableContext context, Scope scope) {
        var again = statement.get("again");
        throw Errors.unchecked(again == null
                ? Errors.make(statement.get("error"), at(statement), scope, Map.of())
                : Errors.caught(again.textValue(), at(statement), scope));
    }

    private static Returned attempt(JsonNode statement, DurableContext context, Scope scope) {
        try {
            return Blocks.runBlock(statement.get("do"), context, scope);
        } catch (Exception error) { // a suspension is an Error
            scope.bind("e", Errors.describe(error));
            scope.errors.put("e", error);
        }
        return Blocks.runBlock(statement.get("catch"), context, scope);
    }

    private static Returned choose(JsonNode statement, DurableContext context, Scope scope) {
        var holds = scope.holds(statement.get("condition"), at(statement), Map.of());
        return Blocks.runBlock(statement.path(holds ? "then" : "otherwise"), context, scope);
    }

    private static void let(JsonNode statement, DurableContext context, Scope scope) {
        statement.get("values").forEach(pair ->
                scope.bind(pair.get(0).textValue(), scope.evaluate(pair.get(1), at(statement))));
    }

    private static void log(JsonNode statement, DurableContext context, Scope scope) {
        Logs.write(context, statement, scope, Map.of());
    }

    private static void note(JsonNode statement, DurableContext context, Scope scope) {
        var value = scope.evaluate(statement.get("value"), at(statement));
        scope.run.lab.effect(at(statement), scope.indexes, "note", "start", value);
    }
}
