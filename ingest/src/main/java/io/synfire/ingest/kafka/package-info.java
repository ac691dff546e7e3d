/**
 * Topics → engine.
 *
 * <pre>
 *   synfire.episodes ──► EpisodeConsumer: poll → decode → admit ──► Engine.apply, with the positions
 *                                                  └── rejected ──► DeadLetters ──► synfire.dead-letters
 *   ForgetGate, ForgetBarrier: partitions wait for each other at their copies of a command to forget, in a learner and in a rebuild
 *   TopicWatch: does the cluster answer, is it the same topic?    Assignment, Gaps: does the log go on where the store ends?
 *   TopicRetention: does the log keep its records?        LagOffsets: committed positions, for tools that show lag
 *   AtomicProducer ──► EpisodeProducer, BatchProducer or RequestProducer ──► synfire.episodes: all or none
 *   LocalBroker: a Kafka in this process
 *   TopicForgetter: synfire.episodes ──► retractions of a context ──► synfire.episodes
 * </pre>
 *
 * <p>In: records at the engine's own positions, never at the group's. Out: batches; dead letters, which are acknowledged before the
 * position passes them. It may not touch the store, nor the query side.
 */
@NullMarked
package io.synfire.ingest.kafka;

import org.jspecify.annotations.NullMarked;
