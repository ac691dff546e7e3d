package io.synfire.query.answer;

import io.synfire.engine.view.Digest;
import io.synfire.engine.view.MemoryUse;
import io.synfire.query.recall.Answers;
import io.synfire.query.recall.Retention;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Fields that several answers have. */
final class JsonFields {

    private JsonFields() {}

    static void contributions(JsonGenerator json, String name, List<Answers.Contribution> contributions) {
        json.writeName(name);
        json.writeStartArray();
        for (Answers.Contribution contribution : contributions) {
            json.writeStartObject();
            json.writeStringProperty("cue", contribution.cue());
            json.writeStringProperty("via", contribution.via());
            number(json, "contribution", contribution.contribution());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** {@code "work"}, with the names of what was left out; nothing where all was read. */
    static void workUnlessWhole(JsonGenerator json, Answers.Work work) {
        if (work.isWhole()) {
            return;
        }
        json.writeName("work");
        json.writeStartObject();
        json.writeNumberProperty("rows", work.rows());
        json.writeNumberProperty("associations", work.associations());
        json.writeNumberProperty("skipped", work.skipped());
        json.writeNumberProperty("partly", work.partly());
        json.writeName("leftOut");
        json.writeStartArray();
        for (Answers.LeftOut left : work.leftOut()) {
            json.writeStartObject();
            json.writeStringProperty("concept", left.concept());
            json.writeStringProperty("reason", left.reason().toString());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    static void whole(JsonGenerator json, String name, @Nullable Integer value) {
        if (value == null) {
            json.writeNullProperty(name);
        } else {
            json.writeNumberProperty(name, value.intValue());
        }
    }

    static void number(JsonGenerator json, String name, @Nullable Double value) {
        if (value == null) {
            json.writeNullProperty(name);
        } else {
            if (!Double.isFinite(value)) {
                throw new IllegalStateException("an answer must be finite: " + name + "=" + value);
            }
            json.writeNumberProperty(name, value.doubleValue());
        }
    }

    static void text(JsonGenerator json, String name, @Nullable String value) {
        if (value == null) {
            json.writeNullProperty(name);
        } else {
            json.writeStringProperty(name, value);
        }
    }

    static void retention(JsonGenerator json, List<Retention> retention) {
        json.writeName("retention");
        json.writeStartArray();
        for (Retention kept : retention) {
            json.writeStartObject();
            json.writeStringProperty("horizon", kept.horizon());
            json.writeName("keeps");
            json.writeStartObject();
            number(json, "30d", kept.after30Days());
            number(json, "90d", kept.after90Days());
            number(json, "365d", kept.after365Days());
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** What is accounted: all, then the parts that add up to it, each under the name of its metric. */
    static void memory(JsonGenerator json, MemoryUse use) {
        json.writeName("memory");
        json.writeStartObject();
        json.writeNumberProperty("budgetBytes", use.budgetBytes());
        json.writeNumberProperty("usedBytes", use.usedBytes());
        json.writeNumberProperty("idsBytes", use.idsBytes());
        json.writeNumberProperty("marginalsBytes", use.marginalsBytes());
        json.writeNumberProperty("tablesBytes", use.tablesBytes());
        json.writeNumberProperty("heldBytes", use.heldBytes());
        json.writeNumberProperty("rowcacheBytes", use.rowcacheBytes());
        json.writeNumberProperty("checkpointBytes", use.checkpointBytes());
        json.writeNumberProperty("rocksdbCacheBytes", use.rocksdbCacheBytes());
        json.writeNumberProperty("rocksdbMemtablesBytes", use.rocksdbMemtablesBytes());
        json.writeNumberProperty("rocksdbReadersBytes", use.rocksdbReadersBytes());
        json.writeEndObject();
    }

    /** What {@code digest} says, in the object that is being written. */
    static void digest(JsonGenerator json, Digest digest) {
        json.writeStringProperty("learned", digest.learnedHex());
        json.writeStringProperty("state", digest.stateHex());
        json.writeNumberProperty("episodes", digest.episodes());
        json.writeNumberProperty("associations", digest.associations());
        json.writeNumberProperty("concepts", digest.concepts());
    }
}
