package harness;

import com.fasterxml.jackson.databind.JsonNode;
import software.amazon.lambda.durable.DurableContext;

/** The one handler of every scenario: it runs the program that the lab has for the invocation. */
final class Interpreter {
    private Interpreter() {}

    /** Fetch the invocation's program. */
    static Scope.Run prepared(Lab lab) {
        JsonNode program = lab.program();
        for (var field : new String[] {"function", "statements", "invocation", "budget"}) {
            if (!program.has(field)) {
                throw lab.fault("malformed program: no " + field, null);
            }
        }
        return new Scope.Run(lab, program);
    }

    /** Run the program on the execution's input; {@code context} is the SDK's, null in a plain function. */
    static Object interpret(Scope.Run run, Object event, DurableContext context) {
        run.context = context;
        var scope = new Scope(run);
        scope.bind("input", event);
        scope.bind("invocation", run.invocation);
        return Blocks.runFunction("handler", run.place(), run.statements, context, scope);
    }
}
