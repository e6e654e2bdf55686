package harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/**
 * The side channel to the lab: programs and bodies' turns in; effects and reports out.
 *
 * <p>A body waits for the lab at its start and at its end. What is only told is queued and sent in order, so that
 * nothing in a handler or a branch waits for anything but the SDK. Once an invocation has been answered, nothing that
 * is left of it reaches the lab or ends the process.
 */
final class Lab {
    /** Exit status of a harness that can't go on. */
    private static final int FAULT = 70;

    private static final int GONE = 410;
    private static final int MULTIPLE_CHOICES = 300;
    private static final int QUOTED = 200;

    private final Http client;
    private final String path;
    private int number;
    private CompletableFuture<?> told = CompletableFuture.completedFuture(null);
    private boolean closed;

    Lab(Http client, String requestId) {
        this.client = client;
        this.path = "/invocations/" + requestId;
    }

    /** Tell the lab what this harness and its SDK are and can do. */
    static void hello(Http client) throws IOException {
        var said = Map.of(
                "protocol", 1,
                "sdk", Map.of("name", "java", "version", Support.version()),
                "profile", "full",
                "features", Support.features());
        var answer = client.send("POST", "/hello", Values.JSON.writeValueAsString(said));
        if (answer.statusCode() >= MULTIPLE_CHOICES) {
            throw new IOException("the lab answered the hello with " + answer.statusCode() + ": " + answer.body());
        }
    }

    /** The program of the function that was invoked. */
    JsonNode program() {
        return held(ask("GET", "program", null));
    }

    /** What a body does this time, as soon as the lab lets it begin; it has all effects that were told before. */
    JsonNode turn(String at, List<Integer> indexes, String kind, Integer attempt) {
        if (isClosed()) {
            forever();
        }
        flush();
        var asked = new LinkedHashMap<String, Object>();
        asked.put("at", at);
        asked.put("indexes", indexes);
        asked.put("kind", kind);
        asked.put("attempt", attempt);
        return held(ask("POST", "turns", asked));
    }

    /** Tell an effect, without waiting; nothing once the invocation was answered. */
    synchronized void effect(String at, List<Integer> indexes, String kind, String event, Object detail) {
        if (!closed) {
            var effect = numbered(at, indexes, kind, event, null, detail);
            told = told.thenRunAsync(() -> ask("POST", "effects", effect));
        }
    }

    /** Tell that a body has ended and wait until the lab has that, past all that others tell meanwhile. */
    void end(String at, List<Integer> indexes, String kind, Integer attempt, Object detail) {
        flush();
        Map<String, Object> effect;
        synchronized (this) {
            effect = closed ? null : numbered(at, indexes, kind, "end", attempt, detail);
        }
        if (effect == null) {
            forever();
        }
        held(ask("POST", "effects", effect));
    }

    private Map<String, Object> numbered(
            String at, List<Integer> indexes, String kind, String event, Integer attempt, Object detail) {
        number += 1;
        var effect = new LinkedHashMap<String, Object>();
        effect.put("number", number);
        effect.put("at", at);
        effect.put("indexes", indexes);
        effect.put("kind", kind);
        effect.put("event", event);
        effect.put("attempt", attempt);
        effect.put("detail", detail);
        return effect;
    }

    private void flush() {
        CompletableFuture<?> all;
        synchronized (this) {
            all = told;
        }
        all.join();
    }

    /** Tell nothing more, and wait until the lab has all: the invocation is about to be answered. */
    void close() {
        synchronized (this) {
            closed = true;
        }
        flush();
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /** Report that this run can't go on and end the process, past SDK and user code. It never returns. */
    Error stop(String kind, String message, String at, Object expression) {
        if (isClosed()) {
            return forever();
        }
        System.err.println(kind + ": " + (at == null ? "" : at + ": ") + message);
        var report = new LinkedHashMap<String, Object>();
        report.put("kind", kind);
        report.put("message", message);
        report.put("at", at);
        if (expression != null) {
            report.put("expression", expression);
        }
        try {
            client.send("POST", path + "/reports", Values.JSON.writeValueAsString(report));
        } catch (IOException error) {
            System.err.println("the report did not reach the lab: " + error);
        }
        Runtime.getRuntime().halt(FAULT);
        return forever();
    }

    /** Report that the harness can't go on. */
    Error fault(String message, String at) {
        return stop("harness", message, at, null);
    }

    /** The lab's answer, JSON's null where it is empty; null when this invocation has ended. */
    private JsonNode ask(String method, String what, Object body) {
        try {
            var answer =
                    client.send(method, path + "/" + what, body == null ? null : Values.JSON.writeValueAsString(body));
            if (answer.statusCode() == GONE) {
                return null;
            }
            if (answer.statusCode() >= MULTIPLE_CHOICES) {
                var said = answer.body().substring(0, Math.min(QUOTED, answer.body().length()));
                throw fault("the lab answered " + what + " with " + answer.statusCode() + ": " + said, null);
            }
            return Values.JSON.readTree(answer.body().isEmpty() ? "null" : answer.body());
        } catch (IOException error) {
            throw fault("the lab does not answer: " + error, null);
        }
    }

    private static JsonNode held(JsonNode answer) {
        if (answer == null) {
            throw forever();
        }
        return answer;
    }

    /** Hold what is left of an invocation that has ended: this thread goes no further. */
    private static Error forever() {
        while (true) {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException ignored) {
                // Nothing that is left may go on.
            }
        }
    }
}
