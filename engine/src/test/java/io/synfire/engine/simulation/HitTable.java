package io.synfire.engine.simulation;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How often what happened in which phase. */
final class HitTable {

    private final Map<Hit, Map<Phase, Long>> counts = new EnumMap<>(Hit.class);

    /** It happened. */
    void add(Hit hit, Phase phase) {
        if (hit.impossible(phase).isPresent()) {
            throw new AssertionError(hit.text() + " while " + phase.text() + " is said to be impossible: "
                    + hit.impossible(phase).orElseThrow());
        }
        counts.computeIfAbsent(hit, h -> new EnumMap<>(Phase.class)).merge(phase, 1L, Long::sum);
    }

    long count(Hit hit, Phase phase) {
        return counts.getOrDefault(hit, Map.of()).getOrDefault(phase, 0L);
    }

    /** What could have happened and never did. */
    List<String> missing() {
        List<String> missing = new ArrayList<>();
        for (Hit hit : Hit.values()) {
            for (Phase phase : Phase.values()) {
                if (hit.impossible(phase).isEmpty() && count(hit, phase) == 0) {
                    missing.add(hit.text() + " while " + phase.text());
                }
            }
        }
        return missing;
    }

    @Override
    public String toString() {
        StringBuilder table = new StringBuilder(String.format("%-28s", ""));
        for (Phase phase : Phase.values()) {
            table.append(String.format("%14s", phase.text()));
        }
        Map<String, Integer> reasons = new LinkedHashMap<>();
        for (Hit hit : Hit.values()) {
            table.append(String.format("%n%-28s", hit.text()));
            for (Phase phase : Phase.values()) {
                table.append(String.format("%14s", cell(hit, phase, reasons)));
            }
        }
        reasons.forEach((reason, number) -> table.append(String.format("%n(%d) impossible: %s", number, reason)));
        return table.append(System.lineSeparator()).toString();
    }

    private String cell(Hit hit, Phase phase, Map<String, Integer> reasons) {
        return hit.impossible(phase)
                .map(reason -> "(" + reasons.computeIfAbsent(reason, r -> reasons.size() + 1) + ")")
                .orElseGet(() -> String.format("%,d", count(hit, phase)));
    }
}
