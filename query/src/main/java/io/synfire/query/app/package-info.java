/**
 * The composition root: the one place that knows all parts and joins them.
 *
 * <pre>
 *   Main ──► cli ──► Application ──► Settings
 *                        ├── Server: ClusterLink (LocalBroker?) → Learners: EpisodeConsumer → LiveMemory: Engine → Queries → HttpServer
 *                        │           └── Rebuilds: LogReplay → another Engine, which takes the LiveMemory's place
 *                        ├── Rebuilding: LogReplay → Engine, in a data directory of its own
 *                        ├── Diffing: compare.MemoryComparer over two memories
 *                        ├── Demo: a Server, fed with DemoBaskets
 *                        ├── Benching: bench.Bench or bench.LongRun, over memories that learn as a Server's does
 *                        └── FileLearner → Engine
 * </pre>
 *
 * <p>In: arguments, environment, settings file. Out: running parts, closed in the reverse order. The only package of the query side that
 * may see the ingest side.
 */
@NullMarked
package io.synfire.query.app;

import org.jspecify.annotations.NullMarked;
