package io.synfire.query.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which files of tokens are taken, and what each token allows. */
final class TokensTest {

    @TempDir
    Path directory;

    private Path file(String text, String permissions) throws IOException {
        Path file = Files.writeString(directory.resolve("tokens"), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        return file;
    }

    @Test
    void aTokenAllowsWhatItsLineSaysAndTheMostOfItsLines() throws Exception {
        Tokens tokens = Tokens.read(file(
                """
                # who may what

                read   aaaaaaaaaaaaaaaa
                write\tbbbbbbbbbbbbbbbb==
                admin  sha256:9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08
                write  cccccccccccccccc
                read   cccccccccccccccc
                """,
                "rw-r-----"));
        assertThat(tokens.size()).isEqualTo(5);
        assertThat(tokens.roleOf("aaaaaaaaaaaaaaaa")).isEqualTo(Role.READ);
        assertThat(tokens.roleOf("bbbbbbbbbbbbbbbb==")).isEqualTo(Role.WRITE);
        assertThat(tokens.roleOf("test")).isEqualTo(Role.ADMIN);
        assertThat(tokens.roleOf("cccccccccccccccc")).isEqualTo(Role.WRITE);
        assertThat(tokens.roleOf("aaaaaaaaaaaaaaab")).isEqualTo(Role.NONE);
        assertThat(tokens.roleOf("")).isEqualTo(Role.NONE);
    }

    @Test
    void aRoleMayDoWhatThoseBeforeItMay() {
        assertThat(Role.ADMIN.mayDo(Role.WRITE)).isTrue();
        assertThat(Role.WRITE.mayDo(Role.READ)).isTrue();
        assertThat(Role.READ.mayDo(Role.WRITE)).isFalse();
        assertThat(Role.WRITE.mayDo(Role.ADMIN)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Geheimgeheimgeheim",
                "root Geheimgeheimgeheim",
                "read Geheim",
                "read Geheimgeheimgeheim extra",
                "read Geheim:geheim:geheim",
                "read sha256:Geheim",
                "read sha256:00ff"
            })
    void aMalformedLineIsRefusedByItsNumberAndNotShown(String line) throws Exception {
        Path file = file("read aaaaaaaaaaaaaaaa\n" + line + "\n", "rw-------");
        assertThatThrownBy(() -> Tokens.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("line=2")
                .hasMessageNotContainingAny("Geheim", "geheim", "00ff");
    }

    @Test
    void aFileThatLetsNobodyInOrThatEverybodyMayReadIsRefused() throws Exception {
        Path empty = file("# nobody\n", "rw-------");
        assertThatThrownBy(() -> Tokens.read(empty)).hasMessageContaining("at least one token");
        Path open = file("read aaaaaaaaaaaaaaaa\n", "rw-r--r--");
        assertThatThrownBy(() -> Tokens.read(open)).hasMessageContaining("readable or writable by others");
        // The token itself where a file is meant is a mistake that is easily made.
        assertThatThrownBy(() -> Tokens.read(directory.resolve("Geheimgeheimgeheim")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("http.tokens must be a file")
                .hasMessageNotContaining("Geheim");
    }
}
