package io.synfire.engine.memory;

import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.Landmarks;
import java.util.List;

/** What sums are kept at: landmarks, and the factors that make strengths at a watermark of them. Immutable. */
final class Scale {

    private final Landmarks landmarks;
    private final double[] toWatermark;

    Scale(Landmarks landmarks, List<ForwardDecay> decays, long watermarkMs) {
        this.landmarks = landmarks;
        this.toWatermark = landmarks.decays(decays, watermarkMs);
    }

    /** Moves a table there, if it is not. */
    void move(AdjacencyTable table) {
        table.moveTo(landmarks, toWatermark);
    }

    Landmarks landmarks() {
        return landmarks;
    }
}
