package io.synfire.query.app;

import io.synfire.ingest.kafka.ClientProperties;
import java.util.Locale;
import java.util.Optional;

/** Names of settings that go to the Kafka clients: any may be a plugin's, but one that is nearly a client's own is a mistake. */
final class KafkaNames {

    /** What all of them begin with here. */
    static final String PREFIX = "kafka.";

    private static final int EDITS_MAX = 2;

    private KafkaNames() {}

    /**
     * What somebody meant who wrote something else.
     *
     * @param name a client's property, without the prefix
     * @return the property of a client that it nearly is, with the prefix; empty if it is one itself, or like none
     */
    static Optional<String> meant(String name) {
        if (ClientProperties.NAMES.contains(name)) {
            return Optional.empty();
        }
        String plain = name.toLowerCase(Locale.ROOT).replace('_', '.').replace('-', '.');
        String best = "";
        int bestEdits = EDITS_MAX + 1;
        for (String known : ClientProperties.NAMES) {
            int edits = SettingNames.distance(plain, known);
            if (edits < bestEdits) {
                best = known;
                bestEdits = edits;
            }
        }
        return best.isEmpty() ? Optional.empty() : Optional.of(PREFIX + best);
    }

    /**
     * Refuses a name that is nearly one that a client knows.
     *
     * @param name a client's property, without the prefix
     * @param shown how it was given
     * @throws IllegalArgumentException if it is
     */
    static void requireMeant(String name, String shown) {
        meant(name).ifPresent(known -> {
            throw new IllegalArgumentException(
                    "no Kafka client knows this setting, did you mean " + known + "? " + shown);
        });
    }
}
