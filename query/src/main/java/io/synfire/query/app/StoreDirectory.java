package io.synfire.query.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which of the stores in a data directory is the memory.
 *
 * <p>At first that is {@code store}. A memory that is rebuilt beside it is in {@code store-1}, the next in {@code store-2}. It takes over by
 * the file {@code store.current}, which names it, and which is replaced by a rename: at every moment one whole memory is named, and nothing
 * that is open moves. The one before is moved to {@code previous/store}, so that {@code previous} is a data directory that can be asked, until
 * the next takes its place.
 *
 * <pre>
 *   store.current    store       store-1            after a crash here, the next start
 *   (none)           live        being built        takes away store-1, as store-1.building says that it may
 *   store-1          before      live               moves store to previous
 *   store-1          (moved)     live               has nothing to do
 * </pre>
 *
 * <p>What bears such a name, and was built by nobody here, is left alone.
 */
final class StoreDirectory {

    private static final String FIRST = "store";
    private static final String CURRENT = "store.current";
    private static final String PREVIOUS = "previous";
    private static final Pattern NAME = Pattern.compile("store(?:-(\\d{1,9}))?");

    /** Says that a memory is being built, and so that its store may be given up. */
    private static final String BUILDING = ".building";

    /** What is beside a memory while it is being built: what it rejects, and that it may be given up. */
    private static final Pattern BESIDE = Pattern.compile("store-\\d{1,9}\\.(dead-letters\\.jsonl|building)");

    /** Second names of a store's files, while a backup copies them. */
    private static final Pattern LINKS = Pattern.compile("store(?:-\\d{1,9})?\\.links");

    private StoreDirectory() {}

    /** Where what is rejected is kept while a memory is being built. */
    static Path rejects(Path store) {
        return store.resolveSibling(store.getFileName() + ".dead-letters.jsonl");
    }

    /** Where a backup gives the files of a store their second names. */
    static Path links(Path store) {
        return store.resolveSibling(store.getFileName() + ".links");
    }

    /** The store that is the memory, whether or not it is there yet. */
    static Path live(Path data) {
        Path current = data.resolve(CURRENT);
        if (!Files.exists(current)) {
            return data.resolve(FIRST);
        }
        try {
            String name = Files.readString(current).strip();
            if (!NAME.matcher(name).matches()) {
                throw new IllegalStateException(
                        "the file must name a store such as store-1: file=" + current + " name=" + name);
            }
            return data.resolve(name);
        } catch (IOException e) {
            throw new UncheckedIOException("the file cannot be read: file=" + current, e);
        }
    }

    /** Where the next memory may be built: nothing is there. */
    static Path next(Path data) throws IOException {
        int last = number(live(data));
        for (Path store : stores(data)) {
            last = Math.max(last, number(store));
        }
        return data.resolve(FIRST + "-" + (last + 1));
    }

    /** To be called before anything of a memory is built that may be given up. */
    static void beginBuilding(Path store) throws IOException {
        Files.writeString(building(store), "");
    }

    /** Gives up a memory that was being built and is not live. */
    static void giveUp(Path store) throws IOException {
        FileCopies.delete(store);
        Files.deleteIfExists(building(store));
    }

    /** Stores beside the memory that nobody here has built: they are left alone. */
    static List<Path> strangers(Path data) throws IOException {
        int live = number(live(data));
        return stores(data).stream()
                .filter(store -> number(store) > live && !Files.exists(building(store)))
                .toList();
    }

    private static Path building(Path store) {
        return store.resolveSibling(store.getFileName() + BUILDING);
    }

    /** Makes a store the memory, on the disk: this is the moment at which it takes over. */
    static void point(Path data, Path store) throws IOException {
        Path current = data.resolve(CURRENT);
        Path whole = data.resolve(CURRENT + ".new");
        Files.writeString(whole, store.getFileName() + "\n");
        try (FileChannel channel = FileChannel.open(whole, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(whole, current, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceDirectory(data);
    }

    /**
     * Puts away what is not the memory: one that was before it becomes the previous one, one that was being built is given up. Only who has
     * the memory open to write may do so, and none of the others may be open.
     *
     * @return what was taken away or moved
     */
    static List<Path> tidy(Path data) throws IOException {
        int live = number(live(data));
        List<Path> away = new ArrayList<>();
        for (Path store : stores(data)) {
            int number = number(store);
            if (number < live) {
                keep(data, store);
                away.add(store);
            } else if (number > live && Files.exists(building(store))) {
                giveUp(store);
                away.add(store);
            }
        }
        try (Stream<Path> paths = Files.list(data)) {
            for (Path left : paths.filter(path ->
                            BESIDE.matcher(String.valueOf(path.getFileName())).matches())
                    .toList()) {
                Files.delete(left);
            }
        }
        return away;
    }

    /**
     * Takes away what a backup left that ended with its process: tables that the memory no longer needs would take room for as long as they
     * have a second name. Only at a start, by who has the memory open to write: then no backup is under way.
     */
    static void tidyLinks(Path data) throws IOException {
        try (Stream<Path> paths = Files.list(data)) {
            for (Path left : paths.filter(path ->
                            LINKS.matcher(String.valueOf(path.getFileName())).matches())
                    .toList()) {
                FileCopies.delete(left);
            }
        }
    }

    private static void keep(Path data, Path store) throws IOException {
        Path kept = data.resolve(PREVIOUS).resolve(FIRST);
        FileCopies.delete(kept);
        Files.createDirectories(data.resolve(PREVIOUS));
        Files.move(store, kept, StandardCopyOption.ATOMIC_MOVE);
    }

    /** By number. */
    private static List<Path> stores(Path data) throws IOException {
        try (Stream<Path> paths = Files.list(data)) {
            return paths.filter(Files::isDirectory)
                    .filter(path ->
                            NAME.matcher(String.valueOf(path.getFileName())).matches())
                    .sorted(Comparator.comparingInt(StoreDirectory::number))
                    .toList();
        }
    }

    private static int number(Path store) {
        Matcher matcher = NAME.matcher(String.valueOf(store.getFileName()));
        if (!matcher.matches()) {
            throw new IllegalStateException("a store must be named such as store-1: store=" + store);
        }
        String digits = matcher.group(1);
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    private static void forceDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
