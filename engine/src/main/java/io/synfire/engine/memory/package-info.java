/**
 * The write-back memory: evidence in tables, in front of the store.
 *
 * <pre>
 *   entries ──► Learning: episodes, retractions (the same, negated), concepts to forget
 *   impulses ──► ImpulseBuffer ──(by cue)──► Adjacencies: one AdjacencyTable per cue
 *   activations ──► Marginals                 │ complete: the whole row, answers alone
 *   ids ──► ConceptDictionary                 │ delta: what came since the last checkpoint, on top of the stored row
 *   contexts ──► ContextWindows               └ absent: the stored row is all there is
 *   event ids ──► EventIds, CommandIds      all expire by the PartitionClocks
 *   ids that are forgotten ──► Retirements, in the store, until they are of no matter any more
 *   episodes that come late after a forget ──► LateEpisodes, by which Firings tells what a retraction means
 *   episodes that a log takes back which is learned anew ──► Ledger, of what was learned of them
 *
 *   Checkpoint: what each of these {@code freeze}s ──► Part, RowStaging ──(beside learning)──► store
 * </pre>
 *
 * <p>Because evidence is linear, a delta may be gathered without reading what it adds to, appended to the stored row without reading it
 * either, and be folded into it once as much was appended as the row has.
 *
 * <p>Work: what is added to a table, folded or copied costs its slots, and no more. All tables have the order of one hash, so room is made
 * before one is added to another; {@code SumSlots} says why.
 *
 * <p>Threads: one writer; one that writes the checkpoint under way; any number of readers. A table is only touched under its own monitor, so
 * a reader never sees half of a run of impulses. A reader of a complete table holds it for as long as it looks at it; of a delta, for as
 * long as it takes to copy it. Everything else that readers see is immutable, or published through a volatile field.
 *
 * <p>In: entries of the log. Out: rows for the store, {@link io.synfire.engine.view.Associations} for readers. It may not touch
 * {@code org.rocksdb}.
 */
@NullMarked
package io.synfire.engine.memory;

import org.jspecify.annotations.NullMarked;
