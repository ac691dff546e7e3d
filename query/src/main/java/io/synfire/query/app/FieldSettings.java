package io.synfire.query.app;

import io.synfire.ingest.codec.EpochUnit;
import io.synfire.ingest.codec.FieldMapping;
import io.synfire.ingest.codec.StrengthScale;
import io.synfire.ingest.codec.TimeFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;

/** The settings that say where foreign JSON keeps things: names, defaults, and what they mean together. */
final class FieldSettings {

    /** Rewards by type; beneath it is one setting for each type of event, which may be any text. */
    static final String REWARD_VALUES = "fields.reward.values";

    private static final String AT = "fields.at";
    private static final String STRENGTH = "fields.strength";

    private FieldSettings() {}

    /** Every setting with its default, but for rewards by type; empty is unset. */
    static Map<String, String> defaults() {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("fields.concepts", "");
        defaults.put("fields.id", "/id");
        defaults.put(STRENGTH, "");
        defaults.put(STRENGTH + ".pointer", "");
        defaults.put(STRENGTH + ".scale", "");
        defaults.put(AT, "");
        defaults.put(AT + ".pointer", "");
        defaults.put(AT + ".unit", "");
        defaults.put(AT + ".zone", "");
        defaults.put("fields.context", "");
        defaults.put("fields.event-id", "");
        defaults.put("fields.reward.pointer", "");
        defaults.put("fields.reward.otherwise", "");
        return defaults;
    }

    /** Reads them from values that hold every one; null if none is given. */
    static @Nullable FieldMapping parse(Map<String, String> values, Map<String, Double> rewards) {
        JsonPointer concepts = pointer(values, "fields.concepts");
        JsonPointer id = pointer(values, "fields.id");
        FieldMapping.Strength strength = strength(values);
        FieldMapping.Time at = at(values);
        FieldMapping.Reward reward = reward(values, rewards);
        if (concepts == null || id == null) {
            defaults().forEach((key, unset) -> {
                String value = SettingValues.text(values, key);
                if (!value.equals(unset)) {
                    throw new IllegalArgumentException(
                            "fields.concepts must say where the concepts are: fields.concepts=missing " + key + "="
                                    + value);
                }
            });
            return null;
        }
        return new FieldMapping(
                concepts,
                id,
                strength,
                at,
                pointer(values, "fields.context"),
                pointer(values, "fields.event-id"),
                reward);
    }

    private static FieldMapping.@Nullable Strength strength(Map<String, String> values) {
        JsonPointer pointer = pointerOf(values, STRENGTH);
        String scale = SettingValues.text(values, STRENGTH + ".scale");
        requirePointer(pointer, STRENGTH, STRENGTH + ".scale", scale);
        return pointer == null
                ? null
                : new FieldMapping.Strength(
                        pointer,
                        scale.isEmpty() ? StrengthScale.NONE : StrengthScale.parse(STRENGTH + ".scale", scale));
    }

    private static FieldMapping.@Nullable Time at(Map<String, String> values) {
        JsonPointer pointer = pointerOf(values, AT);
        String unit = SettingValues.text(values, AT + ".unit");
        String zone = SettingValues.text(values, AT + ".zone");
        requirePointer(pointer, AT, AT + ".unit", unit);
        requirePointer(pointer, AT, AT + ".zone", zone);
        return pointer == null
                ? null
                : new FieldMapping.Time(
                        pointer,
                        new TimeFormat(
                                unit.isEmpty() ? null : EpochUnit.parse(AT + ".unit", unit),
                                zone.isEmpty() ? null : TimeFormat.zone(AT + ".zone", zone)));
    }

    private static FieldMapping.@Nullable Reward reward(Map<String, String> values, Map<String, Double> rewards) {
        JsonPointer pointer = pointer(values, "fields.reward.pointer");
        String otherwise = SettingValues.text(values, "fields.reward.otherwise");
        if (pointer == null && !(rewards.isEmpty() && otherwise.isEmpty())) {
            throw new IllegalArgumentException(
                    "fields.reward.pointer must say where the type of an event is: fields.reward.pointer=missing");
        }
        return pointer == null
                ? null
                : new FieldMapping.Reward(
                        pointer,
                        rewards,
                        otherwise.isEmpty()
                                ? null
                                : Double.valueOf(SettingValues.number("fields.reward.otherwise", otherwise)));
    }

    /** Of a field that may be a pointer alone, or a pointer with more. */
    private static @Nullable JsonPointer pointerOf(Map<String, String> values, String key) {
        JsonPointer alone = pointer(values, key);
        JsonPointer with = pointer(values, key + ".pointer");
        if (alone != null && with != null && !alone.equals(with)) {
            throw new IllegalArgumentException(key + " and " + key + ".pointer say the same, so they must be equal: "
                    + key + "=" + alone + " " + key + ".pointer=" + with);
        }
        return with == null ? alone : with;
    }

    private static void requirePointer(@Nullable JsonPointer pointer, String key, String more, String value) {
        if (pointer == null && !value.isEmpty()) {
            throw new IllegalArgumentException(
                    key + ".pointer must say where it is: " + key + ".pointer=missing " + more + "=" + value);
        }
    }

    private static @Nullable JsonPointer pointer(Map<String, String> values, String key) {
        String text = SettingValues.text(values, key);
        return text.isEmpty() ? null : FieldMapping.pointer(key, text);
    }
}
