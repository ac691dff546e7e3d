/**
 * The engine: learns episodes, keeps associations, shows them to readers.
 *
 * <pre>
 *   Batch ──► Engine.apply ──► learn (episode → impulses) ──► memory (impulses → evidence) ──► store (evidence → disk)
 *                                                               │
 *   readers ◄── view ◄────────────────────────────────────────┘
 * </pre>
 *
 * <p>In: {@link io.synfire.engine.event.Batch batches}, from one writer. Out: a {@link io.synfire.engine.view.MemoryView}, to any
 * number of readers. It may touch neither Kafka nor HTTP, nor the wall clock: state is a function of log and settings.
 */
@NullMarked
package io.synfire.engine;

import org.jspecify.annotations.NullMarked;
