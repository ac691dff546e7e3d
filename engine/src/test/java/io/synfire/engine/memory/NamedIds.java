package io.synfire.engine.memory;

import java.util.function.IntFunction;

/** Ids that follow from the ints. */
record NamedIds(IntFunction<String> name) implements IdSource {

    /** Nobody asks for one. */
    static final NamedIds NONE = new NamedIds(concept -> "");

    @Override
    public String id(int concept) {
        return name.apply(concept);
    }

    @Override
    public void ids(int[] concepts, int count, String[] into) {
        for (int i = 0; i < count; i++) {
            into[i] = id(concepts[i]);
        }
    }
}
