package io.synfire.query.app;

import io.synfire.engine.learn.LearningSettings;
import io.synfire.query.recall.RecallSettings;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The names of all settings, and what they are unless given. */
final class SettingNames {

    private SettingNames() {}

    /** Everything that is neither a learning nor a recall setting, with its default; empty is unset. */
    static Map<String, String> defaults() {
        Map<String, String> others = new LinkedHashMap<>();
        others.put("data", Settings.DATA);
        others.putAll(HttpSettings.defaults());
        others.put("checkpoint-interval", Settings.CHECKPOINT_INTERVAL.toSeconds() + "s");
        others.put("memory", "");
        others.put("topics.episodes", "synfire.episodes");
        others.put("topics.dead-letters", "synfire.dead-letters");
        others.put("topics.partitions", "1");
        others.put("context-from", "none");
        others.put("event-id-header", "");
        others.put("max-record", "16MiB");
        others.put("max-at", "2100-01-01T00:00:00Z");
        others.put("max-dead-letter", "");
        others.put("ready.lost-after", "30s");
        others.put("accept-gap", "");
        others.put("offsets.group", Settings.OFFSETS_GROUP_DEFAULT);
        others.put("prequential.share", "0.05");
        others.putAll(FieldSettings.defaults());
        return others;
    }

    static Set<String> known() {
        Set<String> known = new TreeSet<>(LearningSettings.KEYS);
        known.addAll(RecallSettings.KEYS);
        known.addAll(defaults().keySet());
        known.add("rule");
        known.add(FieldSettings.REWARD_VALUES);
        return known;
    }

    /** The known key that is most like another: one of those that it begins, if it is the first part of any. */
    static String nearest(String key) {
        Set<String> known = known();
        known.add("kafka.bootstrap.servers");
        Set<String> within = new TreeSet<>(known);
        within.removeIf(candidate -> !candidate.startsWith(key + "."));
        if (!within.isEmpty()) {
            // Where something is, before what else is said of it.
            String pointer = key + ".pointer";
            return within.contains(pointer) ? pointer : within.iterator().next();
        }
        String best = "";
        int bestDistance = Integer.MAX_VALUE;
        for (String candidate : known) {
            int distance = distance(key, candidate);
            if (distance < bestDistance) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return best;
    }

    /** Levenshtein's edit distance. */
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
