package io.synfire.engine;

import java.nio.file.Path;
import java.util.Map;

/** Learning settings were given that a store was not created with: its state would no longer mean what they say. */
public final class SettingsMismatchException extends IllegalArgumentException {

    private final Map<String, String> differences;

    SettingsMismatchException(Path directory, Map<String, String> differences) {
        super(
                "a store keeps the learning settings it was created with; to learn the log anew with others, move the store away"
                        + " and start again: store=" + directory + " stored -> given: " + differences);
        this.differences = Map.copyOf(differences);
    }

    /**
     * What differs.
     *
     * @return per key {@code stored -> given}
     */
    public Map<String, String> differences() {
        return differences;
    }
}
