package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.engine.view.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where backups go, and what is deleted on the way: nothing that was not made on it. */
@SuppressWarnings("NullAway.Init")
final class BackupsTest {

    private static final EngineOptions OPTIONS = new EngineOptions(16 << 20);

    @TempDir
    Path directory;

    private Path data;
    private Digest digest;

    @BeforeEach
    void learn() {
        data = directory.resolve("data");
        try (Engine engine = engine()) {
            engine.apply(Batch.of(Episode.of(0, "a", "b")));
            engine.flush();
            digest = engine.digest();
        }
    }

    @Test
    void whatSomebodyElsePutUnderTheNameOfWhatIsUnfinishedIsKeptAndTheBackupRefused() throws Exception {
        Path precious = Files.createDirectories(directory.resolve("monday.unfinished/deep"))
                .resolve("thesis.txt");
        Files.writeString(precious, "unfinished");
        assertThatThrownBy(() -> backup(directory.resolve("monday")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("was not made by Synfire")
                .hasMessageContaining("path=" + directory.resolve("monday.unfinished"));
        assertThat(precious).hasContent("unfinished");
        assertThat(directory.resolve("monday")).doesNotExist();

        Path elsewhere = Files.createDirectories(directory.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("made-by-synfire"), "");
        Files.createSymbolicLink(directory.resolve("tuesday.unfinished"), elsewhere);
        assertThatThrownBy(() -> backup(directory.resolve("tuesday"))).hasMessageContaining("was not made by Synfire");
        assertThat(elsewhere.resolve("made-by-synfire")).exists();

        Files.writeString(directory.resolve("friday.unfinished"), "a file");
        assertThatThrownBy(() -> backup(directory.resolve("friday"))).hasMessageContaining("was not made by Synfire");
        assertThat(directory.resolve("friday.unfinished")).hasContent("a file");
    }

    @Test
    void whatAKilledProcessLeftIsTakenAway() throws Exception {
        killed(directory.resolve("monday.unfinished"));
        backup(directory.resolve("monday"));
        assertHolds(directory.resolve("monday"));
        assertThat(directory.resolve("monday.unfinished")).doesNotExist();

        // The same in a directory that was there before.
        Path tuesday = Files.createDirectory(directory.resolve("tuesday"));
        killed(tuesday.resolve("backup.unfinished"));
        backup(tuesday);
        assertHolds(tuesday);

        killed(data.resolve("store.restoring"));
        restore(tuesday);
        assertThat(data.resolve("store.restoring")).doesNotExist();
    }

    @Test
    void twoDoNotFillOneDirectory() throws Exception {
        try (Unfinished other = Unfinished.begin(directory.resolve("monday.unfinished"))) {
            Files.createDirectory(other.content());
            assertThatThrownBy(() -> backup(directory.resolve("monday")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("another is being made here");
            assertThat(other.content()).exists();
        }
        backup(directory.resolve("monday"));
        assertHolds(directory.resolve("monday"));
    }

    @Test
    void noBackupGoesIntoTheDataDirectoryWhateverLinksLeadThere() throws Exception {
        Files.createDirectories(data.resolve("kafka"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), data.resolve("kafka"));
        Path dataLink = Files.createSymbolicLink(directory.resolve("data-link"), data);
        for (Path target : List.of(
                data,
                data.resolve("backup"),
                data.resolve("kafka"),
                data.resolve("kafka/monday/deep"),
                directory.resolve("other/../data/backup"),
                link,
                link.resolve("monday"),
                dataLink.resolve("monday"))) {
            assertThatThrownBy(() -> backup(target))
                    .as("%s", target)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a backup goes elsewhere than into the data directory");
        }
        // The data directory may be named by a link itself.
        data = dataLink;
        assertThatThrownBy(() -> backup(directory.resolve("data/backup")))
                .hasMessageContaining("a backup goes elsewhere than into the data directory");
        assertThat(FileCopies.all(directory.resolve("data"))).containsExactly("kafka", "store");
        assertThat(directory.resolve("data/kafka")).isEmptyDirectory();
        // Beside it, with a name that begins alike, there is room.
        backup(directory.resolve("data-1"));
        assertHolds(directory.resolve("data-1"));
    }

    /** What cannot be made says why, not the name of a file alone. */
    @Test
    void aPlaceThatCannotBeADirectoryIsToldInWords() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "text");
        assertThatThrownBy(() -> backup(file.resolve("monday")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageMatching("the backup cannot be made: backup=\\S+/file/monday: "
                        + "(Not a directory|that is not a directory|there is a file already): file=\\S+");
        assertThat(file).hasContent("text");
    }

    @Test
    void anEmptyDirectoryIsFilledAndStaysTheOneItIs() throws Exception {
        Path own = Files.createDirectory(
                directory.resolve("own"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Object identity = Files.readAttributes(own, BasicFileAttributes.class).fileKey();
        Path link = Files.createSymbolicLink(directory.resolve("link"), own);
        assertThat(backup(link)).isEqualTo(link.toString());
        assertThat(Files.readSymbolicLink(link)).isEqualTo(own);
        assertThat(Files.readAttributes(own, BasicFileAttributes.class).fileKey())
                .isEqualTo(identity);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own)))
                .isEqualTo("rwx------");
        assertThat(FileCopies.all(own)).containsExactly("backup.json", "store");
        assertHolds(link);

        Path notEmpty = Files.createDirectory(directory.resolve("not-empty"));
        Files.writeString(notEmpty.resolve("thesis.txt"), "mine");
        assertThatThrownBy(() -> backup(notEmpty))
                .hasMessageContaining("a backup needs a directory that is empty")
                .hasMessageContaining("found=thesis.txt");
        assertThat(notEmpty.resolve("thesis.txt")).hasContent("mine");
    }

    @Test
    void aRestoreKeepsWhatSomebodyElsePutUnderTheNameItNeeds() throws Exception {
        Path monday = directory.resolve("monday");
        backup(monday);
        Path precious = Files.createDirectories(data.resolve("store.restoring")).resolve("thesis.txt");
        Files.writeString(precious, "mine");
        assertThatThrownBy(() -> restore(monday)).hasMessageContaining("was not made by Synfire");
        assertThat(precious).hasContent("mine");
        assertThat(data.resolve("store")).isNotEmptyDirectory();
        FileCopies.delete(data.resolve("store.restoring"));
        restore(monday);
        assertThat(Engine.verify(data.resolve("store"), OPTIONS).digest()).isEqualTo(digest);
        assertThat(FileCopies.all(data)).containsExactly("memory.lock", "store", "store.damaged-1");
    }

    @Test
    void theTokenIsFoundInAFileOfItsOwnOrInOneOfTheServersAndNoMessageQuotesOne() throws Exception {
        Path file = directory.resolve("tokens");
        for (String holds : List.of(
                "secret-of-the-admin\n",
                "  secret-of-the-admin",
                "# of the admin\n\nsecret-of-the-admin\n",
                "# mine\nread secret-of-a-reader\nadmin\tsecret-of-the-admin\nadmin another-of-the-admin\n")) {
            Files.writeString(file, holds);
            assertThat(TokenFile.read(file)).isEqualTo("secret-of-the-admin");
        }
        for (String holds : List.of(
                "",
                "read secret-of-a-reader\nwrite secret-of-a-writer\n",
                "admin sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n",
                "secret-one\nsecret-two\n",
                "secret\u0001with a control character\n")) {
            Files.writeString(file, holds);
            assertThatThrownBy(() -> TokenFile.read(file))
                    .as(holds)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("token-file=" + file)
                    .hasMessageNotContaining("secret")
                    .hasMessageNotContaining("9f86");
        }
        Files.write(file, new byte[] {'s', 'e', 'c', 'r', 'e', 't', (byte) 0xff});
        assertThatThrownBy(() -> TokenFile.read(file)).hasMessageNotContaining("secret");
    }

    private String backup(Path target) {
        try (Engine engine = engine()) {
            return backups().make(engine::linkTo, target).directory();
        }
    }

    private void restore(Path backup) throws IOException {
        assertThat(backups().restore(backup, true).after()).isEqualTo(digest);
    }

    private Backups backups() {
        return new Backups(data, data.resolve("store"), OPTIONS, InstantSource.system());
    }

    private Engine engine() {
        return Engine.open(data.resolve("store"), Map.of("half-lives", "none"), OPTIONS, new SimpleMeterRegistry());
    }

    private void assertHolds(Path backup) throws IOException {
        assertThat(BackupManifest.read(backup).digest()).isEqualTo(digest);
        assertThat(Engine.verify(backup.resolve("store"), OPTIONS).digest()).isEqualTo(digest);
    }

    /** As a process leaves it that was killed while it copied. */
    private static void killed(Path unfinished) throws IOException {
        Files.createDirectories(unfinished.resolve("content/store"));
        Files.writeString(unfinished.resolve("content/store/000001.sst"), "half");
        Files.writeString(unfinished.resolve("made-by-synfire"), "");
    }
}
