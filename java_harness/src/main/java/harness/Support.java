package harness;

import java.io.IOException;
import java.util.Arrays;
import java.util.Properties;
import java.util.TreeSet;
import software.amazon.lambda.durable.DurableContext;

/** What this harness and the SDK on its class path can do, by the protocol's names; the lab asks for nothing else. */
final class Support {
    /**
     * What every release has beside the words.
     *
     * <p>None has serialisers of items apart from their batch's, summaries, sub types, names of a map's items,
     * tolerances of a parallel in per cent, retries by an error's message or class (but by a function),
     * throw_if_error, loggers that speak on replay for one line only, or a with_retry without any context around it.
     */
    private static final String[] OPTIONS = {
        "batch.complete-when", "batch.flat", "batch.max-concurrency", "batch.min-successful", "batch.serdes", "batch.tolerated-failure-count",
        "body.do", "body.logs", "callback.heartbeat-timeout", "callback.serdes", "callback.timeout", "child.serdes",
        "child.virtual",         "condition.attempt-number", "condition.backoff", "condition.delays", "condition.serdes",
        "invoke.payload-serdes", "invoke.result-serdes", "invoke.tenant", "map.tolerated-failure-percentage",
        "parallel.branch-names", "raise.again", "raise.cause", "step.attempt-number", "step.semantics",
        "step.serdes", "wait_for_callback.retry",
    };

    private Support() {}

    /** The SDK's version, as it was released. */
    static String version() throws IOException {
        var properties = new Properties();
        try (var file = DurableContext.class.getResourceAsStream("/version.prop")) {
            properties.load(file);
        }
        return properties.getProperty("version");
    }

    /** All that can be done. */
    static TreeSet<String> features() {
        var known = new TreeSet<>(Blocks.RUNNERS.keySet());
        known.addAll(Arrays.asList(OPTIONS));
        Retries.KINDS.keySet().forEach(kind -> known.add("retry." + kind));
        Serdes.names().forEach(name -> known.add("serdes." + name));
        NonJson.KINDS.forEach(kind -> known.add("non-json." + kind));
        return known;
    }
}
