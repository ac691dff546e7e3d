package io.synfire.engine;

import java.nio.file.Path;
import java.util.Map;

/** Learning settings were given that a store was not created with: its state would no longer mean what they say. */
public final class SettingsMismatchException extends IllegalArgumentException {

    private final Map<String, String> differences;
    private final Map<String, String> given;

    SettingsMismatchException(Path directory, Map<String, String> differences, Map<String, String> given) {
        super(
                "a store keeps the learning settings it was created with; the log must be learned anew with others: store="
                        + directory + " stored -> given: " + differences);
        this.differences = Map.copyOf(differences);
        this.given = Map.copyOf(given);
    }

    /**
     * What differs.
     *
     * @return per key {@code stored -> given}
     */
    public Map<String, String> differences() {
        return differences;
    }

    /**
     * All learning settings that were given explicitly, also those that do not differ.
     *
     * @return values by key
     */
    public Map<String, String> given() {
        return given;
    }
}
