package io.synfire.engine.simulation;

import java.util.Optional;

/** What may happen to an engine in a {@link Phase}, and where it cannot, since there is nothing that it could happen to. */
enum Hit {
    KILLED("killed"),
    POWER_LOST("power lost"),
    TORN_TAIL("log torn"),
    BYTE_FLIPPED("byte of the log flipped"),
    FULL("disk full"),
    BROKEN("disk broken"),
    BROKEN_BEHIND_THE_LOG("disk broken behind the log"),
    READ_FAILED("read failed"),
    ASKED("asked");

    private final String text;

    Hit(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    /** Why it cannot happen in a phase; empty if it can. */
    Optional<String> impossible(Phase phase) {
        return switch (this) {
            case KILLED, POWER_LOST, TORN_TAIL, BYTE_FLIPPED, ASKED -> Optional.empty();
            case FULL ->
                only(
                        phase == Phase.LEARNING || phase == Phase.GATHERING || phase == Phase.FOLDING,
                        "the disk is asked for no room: what is learned, gathered or folded is on the heap");
            case BROKEN ->
                only(phase == Phase.LEARNING || phase == Phase.FOLDING, "nothing is written by who learns or folds");
            case BROKEN_BEHIND_THE_LOG -> only(phase != Phase.WRITING, "only a write appends to the log");
            case READ_FAILED ->
                only(
                        phase == Phase.GATHERING || phase == Phase.WRITING || phase == Phase.BETWEEN_LOGS,
                        "what is read then, by a checkpoint or by who asks, is a row, to be folded");
        };
    }

    private static Optional<String> only(boolean isImpossible, String why) {
        return isImpossible ? Optional.of(why) : Optional.empty();
    }
}
