package harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import software.amazon.lambda.durable.context.BaseContext;

/** Logging through the SDK's loggers, into a sink of ours that tells the lab of what the SDK lets through. */
final class Logs {
    private Logs() {}

    /** Log what a {@code log} describes. Where there is no SDK there is no logger: the lab is told at once. */
    static void write(BaseContext context, JsonNode line, Scope scope, Map<String, Object> extra) {
        var at = line.get("at").textValue();
        var level = line.path("level").asText("info");
        var message = scope.evaluate(line.get("message"), at, extra);
        Runnable tell = () -> {
            var detail = new HashMap<String, Object>(Map.of("level", level));
            detail.put("message", message);
            scope.run.lab.effect(at, scope.indexes, "log", "start", detail);
        };
        if (context == null) {
            tell.run();
            return;
        }
        var logger = context.getLogger(new Sink(tell));
        var said = Serdes.plain(message);
        switch (level) {
            case "debug" -> logger.debug(said);
            case "info" -> logger.info(said);
            case "warning" -> logger.warn(said);
            case "error" -> logger.error(said);
            default -> throw scope.run.lab.fault("unknown level '" + level + "'", at);
        }
    }

    /** Hears of one line. */
    private static final class Sink extends LegacyAbstractLogger {
        private final transient Runnable tell;

        Sink(Runnable tell) {
            this.tell = tell;
        }

        @Override
        protected String getFullyQualifiedCallerName() {
            return null;
        }

        @Override
        protected void handleNormalizedLoggingCall(
                Level level, Marker marker, String message, Object[] arguments, Throwable error) {
            tell.run();
        }

        @Override
        public boolean isTraceEnabled() {
            return true;
        }

        @Override
        public boolean isDebugEnabled() {
            return true;
        }

        @Override
        public boolean isInfoEnabled() {
            return true;
        }

        @Override
        public boolean isWarnEnabled() {
            return true;
        }

        @Override
        public boolean isErrorEnabled() {
            return true;
        }
    }
}
