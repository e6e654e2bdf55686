package harness;

import com.amazonaws.services.lambda.runtime.Context;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import software.amazon.lambda.durable.DurableContext;
import software.amazon.lambda.durable.DurableHandler;

/** The Java subject: a Lambda runtime whose function interprets a scenario's program with the real SDK. */
public final class Main extends DurableHandler<Object, Object> {
    private final Http client;
    private volatile Scope.Run run;

    private Main(Http client) {
        this.client = client;
    }

    /** Begin again in a loader that has the classes of users' errors. */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        var loader = new Users(System.getProperty("java.class.path"));
        Thread.currentThread().setContextClassLoader(loader);
        loader.loadClass(Main.class.getName()).getMethod("serve").invoke(null);
    }

    /** Serve invocations until the Runtime API goes away. */
    public static void serve() throws IOException {
        var loop = new RuntimeLoop(System.getenv("AWS_LAMBDA_RUNTIME_API"));
        Main subject;
        try {
            var client = new Http(System.getenv("CONFORMANCE_LAB"));
            subject = new Main(client);
            Lab.hello(client);
        } catch (Exception | LinkageError error) {
            System.err.println("the harness can't start: " + error);
            loop.initError(error);
            System.exit(1);
            return;
        }
        loop.run(subject::answer);
    }

    @Override
    public Object handleRequest(Object input, DurableContext context) {
        return Interpreter.interpret(run, input, context);
    }

    /** Answer one invocation: its event and its response as JSON texts. */
    private String answer(String event, Context context) throws IOException {
        var lab = new Lab(client, context.getAwsRequestId());
        run = Interpreter.prepared(lab);
        try {
            return run.durable() ? durably(event, context) : plainly(event);
        } finally {
            lab.close();
        }
    }

    private String durably(String event, Context context) throws IOException {
        var output = new ByteArrayOutputStream();
        handleRequest(new ByteArrayInputStream(event.getBytes(StandardCharsets.UTF_8)), output, context);
        return output.toString(StandardCharsets.UTF_8);
    }

    private String plainly(String event) throws JsonProcessingException {
        return Values.JSON.writeValueAsString(
                Interpreter.interpret(run, Values.JSON.readValue(event, Object.class), null));
    }
}
