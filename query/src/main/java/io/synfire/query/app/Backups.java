package io.synfire.query.app;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.LearnedAnew;
import io.synfire.engine.event.Position;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.store.StoreException;
import io.synfire.engine.store.StoreHold;
import io.synfire.engine.store.StoreInUseException;
import io.synfire.engine.view.Digest;
import io.synfire.engine.view.Verification;
import io.synfire.ingest.file.Reasons;
import io.synfire.query.answer.BackupAnswer;
import io.synfire.query.answer.RestoreAnswer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Makes backups of a store and brings them back. A backup is a store of its own with what it says of itself beside it: it shares no block with
 * the one it was made of, and is there as a whole or not at all. Thread-safe.
 */
final class Backups {

    private static final String STORE = "store";

    /** In a directory that was there before, what is not whole yet. */
    private static final String WITHIN = "backup.unfinished";

    private final Path data;
    private final Path store;
    private final EngineOptions options;
    private final InstantSource clock;

    Backups(Path data, Path store, EngineOptions options, InstantSource clock) {
        this.data = data;
        this.store = store.toAbsolutePath().normalize();
        this.options = options;
        this.clock = clock;
    }

    /**
     * Copies the memory as of now, while it goes on learning; {@code linkTo} is what {@link Engine#linkTo} does. A directory that is there
     * stays the one it is.
     */
    synchronized BackupAnswer make(Consumer<Path> linkTo, Path directory) {
        Path named = directory.toAbsolutePath().normalize();
        try {
            Path target = RealPaths.of(named);
            requireElsewhere(target, named);
            boolean isThere = Files.exists(target);
            requireEmpty(target);
            try (Unfinished unfinished =
                    Unfinished.begin(isThere ? target.resolve(WITHIN) : sibling(target, ".unfinished"))) {
                BackupAnswer backup = copyOf(linkTo, unfinished.content(), named);
                if (isThere) {
                    fill(target, unfinished.content());
                } else {
                    Files.move(unfinished.content(), target, StandardCopyOption.ATOMIC_MOVE);
                    FileCopies.force(parentOf(target));
                }
                return backup;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the backup cannot be made: backup=" + named + ": " + Reasons.withFile(e), e);
        }
    }

    private BackupAnswer copyOf(Consumer<Path> linkTo, Path growing, Path named) throws IOException {
        Path links = StoreDirectory.links(store);
        FileCopies.delete(links);
        try {
            linkTo.accept(links);
            List<BackupAnswer.File> files = FileCopies.copy(links, growing.resolve(STORE), FileCopies.names(links));
            BackupAnswer backup = described(growing, named, files);
            BackupManifest.write(backup, growing);
            FileCopies.force(growing);
            return backup;
        } finally {
            FileCopies.delete(links);
        }
    }

    /** What makes it a backup comes last. */
    private static void fill(Path target, Path whole) throws IOException {
        for (String name : List.of(STORE, BackedUpLog.DIRECTORY, BackupManifest.NAME)) {
            if (name.equals(BackedUpLog.DIRECTORY) && !Files.exists(whole.resolve(name))) {
                continue;
            }
            Files.move(whole.resolve(name), target.resolve(name), StandardCopyOption.ATOMIC_MOVE);
            FileCopies.force(target);
        }
    }

    /**
     * Puts a backup in the place of the store; with force, moves the one that is there aside. From before it looks until it has done so, nobody
     * else changes anything in the data directory.
     */
    RestoreAnswer restore(Path directory, boolean force) throws IOException {
        Path source = directory.toAbsolutePath().normalize();
        BackupAnswer backup = BackupManifest.read(source);
        try (DataLock held = DataLock.take(data, "restore");
                StoreHold before = StoreHold.take(store)) {
            requireLive(held);
            return restored(source, backup, before.isThere(), force);
        } catch (StoreInUseException e) {
            throw new IllegalStateException("the store is in use, stop who has it first: " + e.getMessage(), e);
        }
    }

    /**
     * Refuses a memory that a restore has taken away and not replaced: its process was killed in between, and an empty one would begin in its
     * place. Nobody may restore meanwhile.
     *
     * @throws IllegalStateException if it is so
     */
    static void requireWhole(Path store) throws IOException {
        Path left = restoring(store);
        if (FileCopies.isEmpty(store) && Files.exists(left, LinkOption.NOFOLLOW_LINKS) && Unfinished.isOurs(left)) {
            throw new IllegalStateException(
                    "a restore was stopped before its end, run it again; to begin with an empty memory, take away what it left: path="
                            + left);
        }
    }

    /** A rebuilt memory may have taken over before the directory was held. */
    private void requireLive(DataLock held) {
        Path live = StoreDirectory.live(held.data()).toAbsolutePath().normalize();
        if (!live.equals(store)) {
            throw new IllegalStateException(
                    "another memory has taken over meanwhile, run it again: store=" + store + " now=" + live);
        }
    }

    private RestoreAnswer restored(Path source, BackupAnswer backup, boolean isThere, boolean force)
            throws IOException {
        if (isThere && !force) {
            throw new IllegalStateException("there is a store already, --force moves it aside: store=" + store);
        }
        BackedUpLog log = new BackedUpLog(data);
        log.requireFits(backup, source);
        try (Unfinished unfinished = Unfinished.begin(restoring(store))) {
            Digest after = copied(source.resolve(STORE), unfinished.content(), backup);
            Path aside = null;
            if (isThere) {
                requireSameLearning(unfinished.content(), backup);
                aside = aside();
                Files.move(store, aside, StandardCopyOption.ATOMIC_MOVE);
            }
            // Onto an empty directory, too, and onto no other.
            Files.move(unfinished.content(), store, StandardCopyOption.ATOMIC_MOVE);
            FileCopies.force(parentOf(store));
            log.restore(backup, source);
            return new RestoreAnswer(backup, store.toString(), after, aside == null ? null : aside.toString());
        }
    }

    /**
     * Refuses to put a memory in the place of one that has learned its log otherwise. What was forgotten in that one is named as that one had
     * learned it: the other would take back too much of it, or too little.
     */
    private void requireSameLearning(Path restored, BackupAnswer backup) {
        Learned there;
        try {
            there = Learned.of(store, options);
        } catch (StoreException e) {
            // It cannot be read: that is what backups are for.
            return;
        }
        Learned then = Learned.of(restored, options);
        if (there.isNothing || (there.settings.learnsTheSame(then.settings) && there.anew.equals(then.anew))) {
            return;
        }
        Map<String, String> differences = new TreeMap<>();
        Map<String, String> now = there.settings.toMap();
        then.settings.toMap().forEach((name, value) -> {
            if (!value.equals(now.get(name))) {
                differences.put(name, now.get(name) + " -> " + value);
            }
        });
        throw new IllegalStateException(
                "the memory that is there has learned its log anew since the backup was made, so what was forgotten in it cannot be told"
                        + " in the backup's; nothing is changed. Rebuild the one that is there by the settings of the backup instead. Or"
                        + " restore into another data directory, and forget there what was forgotten since: store="
                        + store + " backup=" + backup.directory() + " settings now -> then=" + differences);
    }

    /** How a memory has learned its log. */
    private record Learned(LearningSettings settings, LearnedAnew anew, boolean isNothing) {
        static Learned of(Path store, EngineOptions options) {
            try (Engine engine = Engine.openReadOnly(store, options, new SimpleMeterRegistry())) {
                return new Learned(
                        engine.view().settings(),
                        engine.view().learnedAnew(),
                        engine.view().positions().isEmpty());
            }
        }
    }

    /** Copies what the backup says it holds, and makes sure that it is that. */
    private Digest copied(Path from, Path to, BackupAnswer backup) throws IOException {
        List<String> names =
                backup.files().stream().map(BackupAnswer.File::name).toList();
        for (String name : names) {
            if (!Files.isRegularFile(from.resolve(name))) {
                throw new IllegalStateException("the backup is damaged, a file is missing: file=" + from.resolve(name));
            }
        }
        List<BackupAnswer.File> files = FileCopies.copy(from, to, names);
        for (int i = 0; i < files.size(); i++) {
            if (!files.get(i).equals(backup.files().get(i))) {
                throw new IllegalStateException("the backup is damaged: file=" + from.resolve(names.get(i))
                        + " expected=" + backup.files().get(i) + " found=" + files.get(i));
            }
        }
        Digest after = digest(to);
        if (!after.equals(backup.digest())) {
            throw new IllegalStateException("the backup does not hold what it says: backup=" + backup.directory()
                    + " expected=" + backup.digest() + " found=" + after);
        }
        return after;
    }

    private BackupAnswer described(Path growing, Path target, List<BackupAnswer.File> files) throws IOException {
        Path copy = growing.resolve(STORE);
        Digest digest = digest(copy);
        List<Position> positions;
        try (Engine engine = Engine.openReadOnly(copy, options, new SimpleMeterRegistry())) {
            positions = engine.positions();
        }
        String version = Backups.class.getPackage().getImplementationVersion();
        return new BackupAnswer(
                target.toString(),
                version == null ? "development" : version,
                clock.millis(),
                digest,
                positions,
                files,
                new BackedUpLog(data).copyTo(growing, positions));
    }

    /** Of a store in which nothing is wrong. */
    private Digest digest(Path copy) {
        Verification found = Engine.verify(copy, options);
        Digest digest = found.digest();
        if (!found.isSound() || digest == null) {
            throw new IllegalStateException(
                    "what was copied is not sound, verify the store: store=" + store + " findings=" + found.findings());
        }
        return digest;
    }

    /** What is in the data directory belongs to the memory and its broker, which stops at what it does not know. */
    private void requireElsewhere(Path target, Path named) throws IOException {
        if (RealPaths.isWithin(target, data)) {
            throw new IllegalArgumentException(
                    "a backup goes elsewhere than into the data directory: backup=" + named + " data=" + data);
        }
    }

    private static void requireEmpty(Path target) throws IOException {
        if (!Files.exists(target)) {
            Files.createDirectories(parentOf(target));
            return;
        }
        if (!Files.isDirectory(target)) {
            throw new IllegalArgumentException("a backup needs a directory: backup=" + target);
        }
        for (String name : FileCopies.all(target)) {
            if (!name.equals(WITHIN)) {
                throw new IllegalArgumentException(
                        "a backup needs a directory that is empty or not there: backup=" + target + " found=" + name);
            }
        }
    }

    private Path aside() {
        for (int number = 1; ; number++) {
            Path aside = store.resolveSibling("store.damaged-" + number);
            if (!Files.exists(aside)) {
                return aside;
            }
        }
    }

    private static Path restoring(Path store) {
        return sibling(store, ".restoring");
    }

    private static Path sibling(Path path, String suffix) {
        return path.resolveSibling(path.getFileName() + suffix);
    }

    private static Path parentOf(Path path) {
        Path parent = path.getParent();
        if (parent == null) {
            throw new IllegalArgumentException("the root is no place for it: path=" + path);
        }
        return parent;
    }
}
