package io.synfire.query.http;

import io.synfire.query.recall.Times;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The body of a request to rebuild: {@code {"settings": {"half-lives": ["1h", "30d"], …}, "until": TIME}}, all of it optional. */
final class RebuildBody {

    /** More than there are learning settings, and half-lives. */
    private static final int SETTINGS_MAX = 100;

    private RebuildBody() {}

    /** What is asked for. */
    record Asked(Map<String, String> settings, @Nullable Long untilMs) {}

    /** Reads it; {@code clock} is what {@code now} means. */
    static Asked read(Body body, InstantSource clock) {
        Map<String, String> settings = new LinkedHashMap<>();
        Long[] untilMs = {null};
        if (body.length() > 0) {
            JsonReader.read(body, json -> {
                json.object("a rebuild", List.of("settings", "until"), name -> {
                    if (json.isNull()) {
                        return;
                    }
                    if (name.equals("until")) {
                        untilMs[0] = Times.parse(json.scalar(name), clock);
                    } else {
                        settings(json, settings);
                    }
                });
                return settings;
            });
        }
        return new Asked(settings, untilMs[0]);
    }

    private static void settings(JsonReader json, Map<String, String> settings) {
        json.object("settings", SETTINGS_MAX, key -> {
            if (json.isArray()) {
                List<String> values = new ArrayList<>();
                json.array(key, SETTINGS_MAX, () -> values.add(json.scalar("a value")));
                settings.put(key, String.join(",", values));
            } else {
                settings.put(key, json.scalar("a value"));
            }
        });
    }
}
