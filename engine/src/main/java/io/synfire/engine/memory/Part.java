package io.synfire.engine.memory;

import io.synfire.engine.store.CheckpointWriter;

/** A part of a checkpoint: what changed, as it was when the checkpoint began. May be written by another thread, and again. */
@FunctionalInterface
interface Part {
    void writeTo(CheckpointWriter checkpoint);
}
