package harness;

import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;

/** Takes invocations from the Lambda Runtime API, one after the other, and answers each. */
final class RuntimeLoop {
    private static final int MULTIPLE_CHOICES = 300;
    private static final String RUNTIME = "/2018-06-01/runtime";

    private final Http api;

    /** What answers an invocation: its event as JSON text gives the response's. */
    interface Handler {
        String answer(String event, Context context) throws IOException;
    }

    /** {@code address} is host:port of the Runtime API. */
    RuntimeLoop(String address) {
        api = new Http("http://" + address);
    }

    /** Serve until the Runtime API has gone, which is how a runtime is told to end. */
    void run(Handler handler) throws IOException {
        while (true) {
            HttpResponse<String> next;
            try {
                next = accepted(api.send("GET", RUNTIME + "/invocation/next", null));
            } catch (ConnectException gone) {
                System.exit(0);
                return;
            }
            var context = new LambdaContext(next);
            var path = RUNTIME + "/invocation/" + context.getAwsRequestId();
            String response;
            try {
                response = handler.answer(next.body(), context);
            } catch (Exception error) {
                accepted(api.send("POST", path + "/error", describe(error)));
                continue;
            }
            accepted(api.send("POST", path + "/response", response));
        }
    }

    /** Say that the runtime can't start. */
    void initError(Throwable error) throws IOException {
        accepted(api.send("POST", RUNTIME + "/init/error", describe(error)));
    }

    private static HttpResponse<String> accepted(HttpResponse<String> answer) throws IOException {
        if (answer.statusCode() >= MULTIPLE_CHOICES) {
            throw new IOException("the Runtime API answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer;
    }

    private static String describe(Throwable error) throws IOException {
        return Values.JSON.writeValueAsString(Map.of(
                "errorType", error.getClass().getName(),
                "errorMessage", Objects.requireNonNullElse(error.getMessage(), ""),
                "stackTrace", Arrays.stream(error.getStackTrace()).map(Object::toString).toList()));
    }

    /** What Lambda tells a handler about the invocation. */
    private record LambdaContext(HttpResponse<String> next) implements Context {
        private String header(String name) {
            return next.headers().firstValue("Lambda-Runtime-" + name).orElse(null);
        }

        @Override
        public String getAwsRequestId() {
            return header("Aws-Request-Id");
        }

        @Override
        public String getInvokedFunctionArn() {
            return header("Invoked-Function-Arn");
        }

        @Override
        public String getTenantId() {
            return header("Tenant-Id");
        }

        @Override
        public int getRemainingTimeInMillis() {
            return (int) Math.max(0, Long.parseLong(header("Deadline-Ms")) - System.currentTimeMillis());
        }

        @Override
        public String getLogGroupName() {
            return System.getenv("AWS_LAMBDA_LOG_GROUP_NAME");
        }

        @Override
        public String getLogStreamName() {
            return System.getenv("AWS_LAMBDA_LOG_STREAM_NAME");
        }

        @Override
        public String getFunctionName() {
            return System.getenv("AWS_LAMBDA_FUNCTION_NAME");
        }

        @Override
        public String getFunctionVersion() {
            return System.getenv("AWS_LAMBDA_FUNCTION_VERSION");
        }

        @Override
        public int getMemoryLimitInMB() {
            return Integer.parseInt(System.getenv().getOrDefault("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"));
        }

        @Override
        public CognitoIdentity getIdentity() {
            return null;
        }

        @Override
        public ClientContext getClientContext() {
            return null;
        }

        @Override
        public LambdaLogger getLogger() {
            return null;
        }
    }
}
