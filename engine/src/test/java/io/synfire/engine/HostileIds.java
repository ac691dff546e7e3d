package io.synfire.engine;

/** Ids that all have one hash code, which anybody can make, and ordinary ones as long as these. */
public final class HostileIds {

    private static final int BLOCKS = 17;

    /** How many there are of each kind: 131,072. */
    public static final int COUNT = 1 << BLOCKS;

    private HostileIds() {}

    /** One of those that have one hash code. */
    public static String alike(int number) {
        return id(number, "Aa", "BB");
    }

    /** One of those whose hash codes differ. */
    public static String ordinary(int number) {
        return id(number, "Aa", "Bc");
    }

    private static String id(int number, String zero, String one) {
        StringBuilder id = new StringBuilder(2 * BLOCKS);
        for (int bit = 0; bit < BLOCKS; bit++) {
            id.append((number >> bit & 1) == 0 ? zero : one);
        }
        return id.toString();
    }
}
