package harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Durations, as the SDK takes them. */
final class Durations {
    private static final int NANO_DIGITS = 9;

    private Durations() {}

    /** A duration as written: rounding and clamping are the SDK's. */
    static Duration of(JsonNode given, String at, Scope scope) {
        var unit = ChronoUnit.valueOf(given.get("unit").textValue().toUpperCase(Locale.ROOT));
        var amount = new BigDecimal(scope.evaluate(given.get("amount"), at).toString());
        var seconds = amount.multiply(BigDecimal.valueOf(unit.getDuration().toSeconds()));
        var fraction = seconds.subtract(new BigDecimal(seconds.toBigInteger())).movePointRight(NANO_DIGITS);
        return Duration.ofSeconds(seconds.longValue(), fraction.longValue());
    }
}
