/**
 * The write-back memory: evidence in tables, in front of the store.
 *
 * <pre>
 *   entries ──► Learning: episodes, retractions (the same, negated), concepts to forget
 *   impulses ──► ImpulseBuffer, held ──(by cue)──► Adjacencies: one AdjacencyTable per cue
 *   activations ──► Marginals                       │ complete: the whole row, answers alone
 *   ids ──► ConceptDictionary                       │ delta: what came since the last checkpoint, on top of the stored row
 *   contexts ──► ContextWindows                     └ absent: the stored row is all there is
 *   retractions of what is yet to come ──► WaitingRetractions, in the store, until the watermark reaches that
 *   event ids ──► EventIds, CommandIds      all expire by the PartitionClocks
 *   ids that are forgotten ──► Retirements, in the store, until they are of no matter any more
 *   episodes that come late after a forget ──► LateEpisodes, by which Firings tells what a retraction means
 *   episodes that a log takes back which is learned anew ──► Ledger, of what was learned of them
 *
 *   Moments: a LearnedMoment when a batch is applied ──► RowReads: tables, held impulses, RowCache, store ──(Folding, Reading)──► answers
 *   Checkpoint: what each of these {@code freeze}s ──► Part, RowStaging ──(beside learning)──► store
 * </pre>
 *
 * <p>Because evidence is linear, a delta may be gathered without reading what it adds to, appended to the stored row without reading it
 * either, and be folded into it once as much was appended as the row has. {@link io.synfire.engine.memory.Folding} does that alike for a checkpoint and for a reader, so
 * that no answer depends on where a row lies.
 *
 * <p>How a batch becomes visible as one moment:
 *
 * <ol>
 *   <li>It is gathered. Marginals change in a generation of pages that no reader has; impulses are held.
 *   <li>The moment is published: that generation, counts and positions. What it adds to rows is what is held.
 *   <li>What is held is drained into the tables. A table says which moment last added to it, so a reader adds what is held to a copy of a
 *       table that is not there yet, and to no other.
 * </ol>
 *
 * <p>Threads: one writer; one that writes the checkpoint under way; any number of readers. A table is only touched under its own monitor, so
 * a reader never sees half of a run of impulses. A reader of a large table copies it without the monitor, while the writer keeps for it what
 * is overwritten. Everything else that readers see is immutable, or published through a volatile field.
 *
 * <p>In: entries of the log. Out: rows for the store, {@link io.synfire.engine.view.Associations} for readers. It may not touch
 * {@code org.rocksdb}.
 */
@NullMarked
package io.synfire.engine.memory;

import org.jspecify.annotations.NullMarked;
