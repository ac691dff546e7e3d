/**
 * The benchmark: Synfire beside what a user would take instead, over one workload, in one run; and Synfire
 * alone over a long one.
 *
 * <pre>
 *   Workload ──► BenchTopic ──► LocalBroker ──┬─► CeilingContender    read, decode
 *                                             ├─► SynfireContender    a Learner as served; again without checkpoints
 *                                             ├─► StreamsContender    flatMap, groupByKey, aggregate
 *                                             └─► RedisContender      RedisConnection ──► RedisServer
 *   Bench: one after the other, each after its warm-up ──► BenchAnswer
 *
 *   BasketSource ──► BasketFeed ──► FeedTopic in a LocalBroker ──► Learner as served
 *                         ▲ how many were learned ◄──────────────────┘ │
 *   LongRun: warm-up, then one scenario; Sampler every second ◄────────┘ ──► ScenarioAnswer
 * </pre>
 *
 * <p>The microbenchmarks beside it, in {@code src/jmh}, measure one thing each with JMH. The javadoc of each says how to run it.
 *
 * <p>In: a seed. Out: a table, JSON, a picture. It may touch everything, as the composition root does; nothing touches it but the root.
 */
@NullMarked
package io.synfire.query.app.bench;

import org.jspecify.annotations.NullMarked;
