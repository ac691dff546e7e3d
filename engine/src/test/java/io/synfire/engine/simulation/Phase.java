package io.synfire.engine.simulation;

/** What an engine is at when something happens to it. */
enum Phase {
    LEARNING("learning"),
    GATHERING("gathering"),
    WRITING("writing"),
    BETWEEN_LOGS("between logs"),
    FOLDING("folding"),
    OPENING("opening"),
    SWAPPING("swapping");

    private final String text;

    Phase(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }
}
