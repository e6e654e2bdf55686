package harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import software.amazon.lambda.durable.exception.DurableOperationException;

/** Users' errors, and errors as a scenario sees them. */
final class Errors {
    private Errors() {}

    /** An error of the user's class with this name. */
    static RuntimeException user(String type, String message) {
        try {
            var made = Class.forName(Users.PACKAGE + type).getConstructor(String.class);
            return (RuntimeException) made.newInstance(message);
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException(error);
        }
    }

    /** The error that a {@code raises} describes. */
    static Throwable make(JsonNode raises, String at, Scope scope, Map<String, Object> extra) {
        var said = scope.evaluate(raises.get("message"), at, extra);
        var error = user(raises.get("type").textValue(), Serdes.plain(said));
        if (raises.has("cause")) {
            error.initCause(caught(raises.get("cause").textValue(), at, scope));
        }
        return error;
    }

    /** The caught error that a name stands for. */
    static Throwable caught(String name, String at, Scope scope) {
        if (!scope.errors.containsKey(name)) {
            throw scope.run.lab.fault(name + " is no error that was caught here", at);
        }
        return scope.errors.get(name);
    }

    /** An error as it may be thrown anywhere: what was caught may be a checked exception of the SDK's making. */
    static RuntimeException unchecked(Throwable error) {
        return Errors.<RuntimeException>disguised(error);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T disguised(Throwable error) throws T {
        throw (T) error;
    }

    /** What {@code catch} binds: a caught error by its bare type, its wrapper's class, message, cause and data. */
    static Map<String, Object> describe(Throwable error) {
        if (error == null) {
            return null;
        }
        var kept = error instanceof DurableOperationException own ? own.getErrorObject() : null;
        var described = new LinkedHashMap<String, Object>();
        described.put("message", error.getMessage());
        described.put("type", bareType(error));
        described.put("wrapper", bareName(error.getClass().getName()));
        described.put("cause", describe(error.getCause()));
        described.put("data", kept == null ? null : kept.errorData());
        return described;
    }

    /** The user's type, without its package, as the SDK kept it in an error of its own. */
    static String bareType(Throwable error) {
        var kept = error instanceof DurableOperationException own ? own.getErrorObject() : null;
        var type = kept == null || kept.errorType() == null ? error.getClass().getName() : kept.errorType();
        return bareName(type);
    }

    /** A type's name without its package. */
    static String bareName(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
