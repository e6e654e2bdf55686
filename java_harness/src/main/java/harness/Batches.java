package harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.lambda.durable.DurableFuture;
import software.amazon.lambda.durable.config.CompletionConfig;
import software.amazon.lambda.durable.config.CompletionConfig.CompletionDecision;
import software.amazon.lambda.durable.config.MapConfig;
import software.amazon.lambda.durable.config.NestingType;
import software.amazon.lambda.durable.config.ParallelConfig;
import software.amazon.lambda.durable.model.ConcurrencyCompletionStatus;
import software.amazon.lambda.durable.model.MapResult;
import software.amazon.lambda.durable.model.ParallelResult;

/** Maps and parallels: their configuration, and their results as a scenario sees them. */
final class Batches {
    /** This SDK says a percentage as a part of one. */
    private static final double PER_CENT = 100;

    private Batches() {}

    static MapConfig mapConfig(JsonNode statement, Scope scope) {
        var config = MapConfig.builder();
        if (statement.has("max_concurrency")) {
            config.maxConcurrency(whole(statement.get("max_concurrency"), statement, scope));
        }
        if (statement.has("nesting")) {
            config.nestingType(nesting(statement, scope));
        }
        if (statement.has("completion") || statement.has("complete_when")) {
            config.completionConfig(completion(statement, scope));
        }
        if (statement.has("serdes")) {
            config.serDes(Serdes.named(statement.get("serdes"), Control.at(statement), scope));
        }
        return config.build();
    }

    static ParallelConfig parallelConfig(JsonNode statement, Scope scope) {
        var config = ParallelConfig.builder();
        if (statement.has("max_concurrency")) {
            config.maxConcurrency(whole(statement.get("max_concurrency"), statement, scope));
        }
        if (statement.has("nesting")) {
            config.nestingType(nesting(statement, scope));
        }
        if (statement.has("completion") || statement.has("complete_when")) {
            config.completionConfig(completion(statement, scope));
        }
        if (statement.has("serdes")) {
            throw scope.run.lab.stop(
                    "unsupported", "batch.serdes: a parallel of this SDK has none", Control.at(statement), null);
        }
        return config.build();
    }

    private static Integer whole(JsonNode tree, JsonNode statement, Scope scope) {
        return tree == null ? null : ((Number) scope.evaluate(tree, Control.at(statement))).intValue();
    }

    private static NestingType nesting(JsonNode statement, Scope scope) {
        return NestingType.valueOf((String) scope.evaluate(statement.get("nesting"), Control.at(statement)));
    }

    private static CompletionConfig completion(JsonNode statement, Scope scope) {
        var at = Control.at(statement);
        if (statement.has("complete_when")) {
            var when = statement.get("complete_when");
            var outcome = ConcurrencyCompletionStatus.valueOf(
                    "CUSTOM_COMPLETION_" + when.path("outcome").asText("SUCCEEDED"));
            return CompletionConfig.shouldComplete(status ->
                    scope.holds(when.get("when"), at, Map.of("status", progress(status)))
                            ? CompletionDecision.complete(outcome)
                            : CompletionDecision.continueExecution());
        }
        var given = statement.get("completion");
        var percentage = given.get("tolerated_failure_percentage");
        return new CompletionConfig(
                whole(given.get("min_successful"), statement, scope),
                whole(given.get("tolerated_failure_count"), statement, scope),
                percentage == null ? null : ((Number) scope.evaluate(percentage, at)).doubleValue() / PER_CENT);
    }

    private static Map<String, Object> progress(CompletionConfig.CompletionStatus status) {
        return Map.of(
                "successCount", status.successCount(),
                "failureCount", status.failureCount(),
                "completedCount", status.completedCount(),
                "totalCount", status.totalCount());
    }

    /** A map's result as its own accessors give it; a serialiser may have made something else of it. */
    static Object accessors(Object result) {
        if (!(result instanceof MapResult<?> batch)) {
            return result;
        }
        var all = new ArrayList<Map<String, Object>>();
        for (var index = 0; index < batch.size(); index++) {
            var item = batch.getItem(index);
            var error = item.error() == null ? null : error(item.error().errorType(), item.error().errorMessage());
            all.add(item(index, item.status().name(), item.result(), error));
        }
        return projected(all, batch.completionReason());
    }

    /** A parallel's result, whose branches' values only their futures have. */
    static Object accessors(ParallelResult result, List<DurableFuture<Object>> futures) {
        var all = new ArrayList<Map<String, Object>>();
        for (var index = 0; index < result.statuses().size(); index++) {
            var status = result.statuses().get(index);
            Object value = null;
            Object error = null;
            if (status != ParallelResult.Status.SKIPPED) {
                try {
                    value = futures.get(index).get();
                } catch (Exception failed) {
                    error = error(Errors.bareType(failed), failed.getMessage());
                }
            }
            all.add(item(index, status.name(), value, error));
        }
        return projected(all, result.completionStatus());
    }

    private static Map<String, Object> item(int index, String status, Object result, Object error) {
        var item = new LinkedHashMap<String, Object>();
        item.put("index", index);
        item.put("status", status);
        item.put("result", result);
        item.put("error", error);
        return item;
    }

    private static Map<String, Object> error(String type, String message) {
        var error = new LinkedHashMap<String, Object>();
        error.put("type", Errors.bareName(type));
        error.put("message", message);
        return error;
    }

    /**
     * A batch by its completed items.
     *
     * <p>Beside those this SDK lists every other as SKIPPED and does not say which of them had begun: they count as
     * not there, as in AWS's own handlers for its conformance suite.
     */
    private static Map<String, Object> projected(
            List<Map<String, Object>> items, ConcurrencyCompletionStatus reason) {
        var all = items.stream().filter(item -> !item.get("status").equals("SKIPPED")).toList();
        var succeeded = all.stream().filter(item -> item.get("status").equals("SUCCEEDED")).toList();
        var failed = all.stream().filter(item -> item.get("status").equals("FAILED")).toList();
        var batch = new LinkedHashMap<String, Object>();
        batch.put("results", new ArrayList<>(succeeded.stream().map(item -> item.get("result")).toList()));
        batch.put("errors", failed.stream().map(item -> item.get("error")).toList());
        batch.put("succeeded", only(succeeded, "result"));
        batch.put("failed", only(failed, "error"));
        batch.put("started", List.of());
        batch.put("all", all);
        var custom = reason.name().startsWith("CUSTOM_COMPLETION");
        batch.put("status", (custom ? reason.isSucceeded() : failed.isEmpty()) ? "SUCCEEDED" : "FAILED");
        batch.put("completionReason", reason.name());
        batch.put("hasFailure", !failed.isEmpty());
        batch.put("successCount", succeeded.size());
        batch.put("failureCount", failed.size());
        batch.put("startedCount", 0);
        batch.put("totalCount", all.size());
        return batch;
    }

    private static List<Map<String, Object>> only(List<Map<String, Object>> items, String member) {
        var chosen = new ArrayList<Map<String, Object>>();
        for (var item : items) {
            var part = new LinkedHashMap<>(item);
            part.keySet().retainAll(List.of("index", member));
            chosen.add(part);
        }
        return chosen;
    }
}
