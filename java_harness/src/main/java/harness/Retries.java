package harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import software.amazon.lambda.durable.retry.JitterStrategy;
import software.amazon.lambda.durable.retry.RetryDecision;
import software.amazon.lambda.durable.retry.RetryStrategies;
import software.amazon.lambda.durable.retry.RetryStrategy;

/** Retry strategies: the SDK's own constructors where it has one. */
final class Retries {
    static final Map<String, Maker> KINDS = Map.of(
            "none", (retry, at, scope) -> RetryStrategies.Presets.NO_RETRY,
            "default", (retry, at, scope) -> null,
            "linear-preset", (retry, at, scope) -> RetryStrategies.Presets.LINEAR,
            "exponential", Retries::exponential,
            "linear", Retries::linear,
            "delays", Retries::delays,
            "fixed", Retries::fixed);

    /** Makes the strategy of one kind. */
    interface Maker {
        RetryStrategy make(JsonNode retry, String at, Scope scope);
    }

    /**
     * What was given to a constructor of the SDK's.
     *
     * <p>Its constructors want everything: in the place of what was not given stands what its own presets have.
     */
    record Options(JsonNode given, String at, Scope scope) {
        Number number(String key, Number preset) {
            return given.has(key) ? given.get(key).numberValue() : preset;
        }

        Duration duration(String key, int preset) {
            return given.has(key) ? Durations.of(given.get(key), at, scope) : Duration.ofSeconds(preset);
        }

        JitterStrategy jitter(String preset) {
            return JitterStrategy.valueOf(given.path("jitter").asText(preset).toUpperCase(Locale.ROOT));
        }
    }

    private Retries() {}

    /** The strategy that a {@code retry} describes; null stands for the SDK's default, had by not asking. */
    static RetryStrategy strategy(JsonNode retry, String at, Scope scope) {
        var kind = retry.get("kind").textValue();
        if (!KINDS.containsKey(kind)) {
            throw scope.run.lab.fault("unknown retry '" + kind + "': this harness knows " + KINDS.keySet(), at);
        }
        return KINDS.get(kind).make(retry, at, scope);
    }

    private static RetryStrategy exponential(JsonNode retry, String at, Scope scope) {
        var options = new Options(retry, at, scope);
        return RetryStrategies.exponentialBackoff(
                options.number("attempts", 6).intValue(),
                options.duration("initial", 5),
                options.duration("max", 60),
                options.number("rate", 2.0).doubleValue(),
                options.jitter("FULL"));
    }

    private static RetryStrategy linear(JsonNode retry, String at, Scope scope) {
        var options = new Options(retry, at, scope);
        return RetryStrategies.linearBackoff(
                options.number("attempts", 6).intValue(),
                options.duration("initial", 1),
                options.duration("max", 5),
                options.duration("increment", 1),
                options.jitter("NONE"));
    }

    private static RetryStrategy delays(JsonNode retry, String at, Scope scope) {
        var delays = retry.path("delays");
        return (error, attempt) -> attempt > delays.size()
                ? RetryDecision.fail()
                : RetryDecision.retry(Durations.of(delays.get(attempt - 1), at, scope));
    }

    private static RetryStrategy fixed(JsonNode retry, String at, Scope scope) {
        return (error, attempt) -> retry.has("attempts") && attempt >= retry.get("attempts").intValue()
                ? RetryDecision.fail()
                : RetryDecision.retry(Durations.of(retry.get("delay"), at, scope));
    }
}
