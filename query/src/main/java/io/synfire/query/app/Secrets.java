package io.synfire.query.app;

import io.synfire.ingest.kafka.ClientProperties;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Which settings are secret: their values are never shown, in no log, answer or message. */
final class Secrets {

    /** What stands for a secret. */
    static final String HIDDEN = "(hidden)";

    private static final String KAFKA = "kafka.";
    private static final Pattern NAME = Pattern.compile(".*(password|passphrase|secret|jaas|credential).*");

    private Secrets() {}

    /** All of them by key, with the values of those that are no secret. */
    static Map<String, String> hidden(Map<String, String> values) {
        Map<String, String> shown = new TreeMap<>();
        values.forEach((key, value) -> shown.put(key, isSecret(key) ? HIDDEN : value));
        return Collections.unmodifiableMap(shown);
    }

    private static boolean isSecret(String key) {
        return NAME.matcher(key.toLowerCase(Locale.ROOT)).matches()
                || (key.startsWith(KAFKA) && ClientProperties.isSecret(key.substring(KAFKA.length())));
    }
}
