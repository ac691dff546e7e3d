package io.synfire.engine.memory;

import java.util.Arrays;

/**
 * How much is stored of each cue, as far as it was written since the start: when to fold follows from it. Of whoever writes checkpoints,
 * one at a time.
 */
final class RowSizes {

    /** What it takes for each cue. */
    static final long BYTES = 8;

    private int[] whole = new int[1024];
    private int[] appended = new int[1024];

    /** Bytes of the whole row; 0 if it is not known. */
    int whole(int cue) {
        return cue < whole.length ? whole[cue] : 0;
    }

    /** Bytes behind it. */
    int appended(int cue) {
        return cue < appended.length ? appended[cue] : 0;
    }

    void wrote(int cue, int bytes) {
        room(cue);
        whole[cue] = bytes;
        appended[cue] = 0;
    }

    void appended(int cue, int bytes) {
        room(cue);
        appended[cue] += bytes;
    }

    private void room(int cue) {
        if (cue >= whole.length) {
            int capacity = Math.max(cue + 1, whole.length * 2);
            whole = Arrays.copyOf(whole, capacity);
            appended = Arrays.copyOf(appended, capacity);
        }
    }
}
