package harness;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import software.amazon.lambda.durable.TypeToken;
import software.amazon.lambda.durable.exception.SerDesException;
import software.amazon.lambda.durable.model.ConcurrencyCompletionStatus;
import software.amazon.lambda.durable.model.MapResult;
import software.amazon.lambda.durable.serde.SerDes;

/** Serialisers, by name. All bear a value or a text that is not there. */
final class Serdes {
    private static final String OPERATION = "OPSERDE:";
    private static final Pattern ISO = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z");
    private static final double MILLIS = 1000;

    /** Makes a serialiser: of its argument, and in a scope. */
    private interface Maker {
        Own make(JsonNode argument, Scope scope);
    }

    private static final Map<String, Maker> NAMED = Map.ofEntries(
            Map.entry("json", of(Serdes::compact, Serdes::parse)),
            Map.entry("wrap", of(value -> compact(mapOf("wrapped", value)), data -> wrapped(parse(data)))),
            Map.entry("upper", of(value -> present(value, text -> text.toUpperCase(Locale.ROOT)), data -> data)),
            Map.entry("upper-read", of(value -> present(value, text -> text), data -> data.toUpperCase(Locale.ROOT))),
            Map.entry("upper-json", of(
                    value -> compact(strings(tree(value), text -> text.toUpperCase(Locale.ROOT))), Serdes::parse)),
            Map.entry("prefix", (argument, scope) -> prefix(argument.textValue())),
            Map.entry("number", of(Serdes::compact, Serdes::number)),
            Map.entry("epoch", of(Serdes::compact, data -> strings(parse(data), Serdes::seconds))),
            Map.entry("opserde", of(Serdes::writeBatch, Serdes::readBatch)),
            Map.entry("fail-write", of(
                    value -> {
                        throw Errors.user("FailWrite", "the serialiser fails to write");
                    },
                    Serdes::parse)),
            Map.entry("fail-read", Serdes::failRead),
            Map.entry("nothing", of(value -> null, data -> null)));

    private Serdes() {}

    static Iterable<String> names() {
        return NAMED.keySet();
    }

    /** The serialiser that a {@code serdes} describes, as the SDK takes it. */
    static SerDes named(JsonNode serdes, String at, Scope scope) {
        var name = serdes.get("name").textValue();
        if (!NAMED.containsKey(name)) {
            throw scope.run.lab.fault("unknown serialiser '" + name + "': this harness knows " + NAMED.keySet(), at);
        }
        return NAMED.get(name).make(serdes.path("argument"), scope);
    }

    /** How values are written, and read where there is something to read. */
    private record Own(Function<Object, String> write, Function<String, Object> read) implements SerDes {
        @Override
        public String serialize(Object value) {
            return write.apply(value);
        }

        @Override
        @SuppressWarnings("unchecked")
        public <T> T deserialize(String data, TypeToken<T> type) {
            var value = data == null ? null : read.apply(data);
            if (value == null || type.getType() == Object.class) {
                return (T) value;
            }
            try { // an error, or a batch, which the SDK wants as itself
                var wanted = Values.JSON.constructType(type.getType());
                return wanted.getRawClass().isInstance(value) ? (T) value : Values.JSON.convertValue(value, wanted);
            } catch (IllegalArgumentException error) {
                throw new SerDesException("no " + type + " is read of " + data, error);
            }
        }
    }

    private static Maker of(Function<Object, String> write, Function<String, Object> read) {
        return (argument, scope) -> new Own(write, read);
    }

    private static String compact(Object value) {
        try {
            return Values.JSON.writeValueAsString(value);
        } catch (JsonProcessingException error) {
            throw new SerDesException("this is no JSON: " + value, error);
        }
    }

    private static Object parse(String data) {
        try {
            return Values.JSON.readValue(data, Object.class);
        } catch (JsonProcessingException error) {
            throw new SerDesException("no JSON: " + data, error);
        }
    }

    /** A text as it is, anything else as compact JSON. */
    static String plain(Object value) {
        return value instanceof String text ? text : compact(value);
    }

    private static String present(Object value, UnaryOperator<String> change) {
        return value == null ? null : change.apply(plain(value));
    }

    private static Object tree(Object value) {
        return parse(compact(value));
    }

    private static Map<String, Object> mapOf(String key, Object value) {
        var map = new LinkedHashMap<String, Object>();
        map.put(key, value);
        return map;
    }

    private static Object wrapped(Object value) {
        return value instanceof Map<?, ?> map ? map.get("wrapped") : null;
    }

    /** The value with every text in it, save for keys, changed. */
    private static Object strings(Object value, Function<String, Object> change) {
        if (value instanceof String text) {
            return change.apply(text);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(item -> strings(item, change)).collect(Collectors.toList());
        }
        if (value instanceof Map<?, ?> map) {
            var changed = new LinkedHashMap<String, Object>();
            map.forEach((key, item) -> changed.put((String) key, strings(item, change)));
            return changed;
        }
        return value;
    }

    private static Object seconds(String text) {
        return ISO.matcher(text).matches() ? (Object) (Instant.parse(text).toEpochMilli() / MILLIS) : text;
    }

    private static Object number(String data) {
        try {
            return Double.valueOf(data);
        } catch (NumberFormatException error) {
            throw Errors.user("NoNumber", "no number: " + data);
        }
    }

    private static Own prefix(String text) {
        return new Own(value -> present(value, written -> text + written), data -> {
            if (!data.startsWith(text)) {
                throw Errors.user("NoPrefix", "no " + text + " before " + data);
            }
            return data.substring(text.length());
        });
    }

    private static String writeBatch(Object value) {
        return value instanceof MapResult<?> batch
                ? OPERATION + batch.succeeded().stream().map(Serdes::plain).collect(Collectors.joining(","))
                : compact(value);
    }

    private static Object readBatch(String data) {
        if (!data.startsWith(OPERATION)) {
            return parse(data);
        }
        var results = Arrays.stream(data.substring(OPERATION.length()).split(",", -1));
        return new MapResult<Object>(
                results.map(text -> MapResult.MapResultItem.<Object>succeeded(text)).toList(),
                ConcurrencyCompletionStatus.ALL_COMPLETED);
    }

    private static Own failRead(JsonNode argument, Scope scope) {
        var invocation = argument.isObject() ? argument.get("invocation").numberValue() : null;
        return new Own(Serdes::compact, data -> {
            if (invocation == null || Objects.equals(invocation.intValue(), scope.run.invocation)) {
                throw Errors.user("FailRead", "the serialiser fails to read");
            }
            return parse(data);
        });
    }
}
