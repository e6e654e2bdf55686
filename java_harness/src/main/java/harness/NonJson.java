package harness;

import java.time.Instant;
import java.util.Set;

/** Values that JSON can't say, for scenarios on what an SDK does with them. */
final class NonJson {
    static final Set<String> KINDS = Set.of("nan", "unserialisable", "date", "bytes");

    private NonJson() {}

    /** Make one. */
    static Object value(String kind) {
        return switch (kind) {
            case "nan" -> Double.NaN;
            case "date" -> Instant.parse("2020-01-02T03:04:05Z");
            case "bytes" -> new byte[] {0, 1, (byte) 254, (byte) 255};
            default -> new Object(); // the SDK's own JSON refuses it
        };
    }
}
