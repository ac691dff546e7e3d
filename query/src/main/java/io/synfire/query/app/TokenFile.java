package io.synfire.query.app;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A file that holds the token of whoever asks: alone, or in a file as the server reads it, in whose first line that begins with
 * {@code admin} it is. No message quotes what the file holds.
 */
final class TokenFile {

    /** As RFC 6750 writes them. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

    private TokenFile() {}

    /**
     * Reads the token.
     *
     * @throws IllegalArgumentException if the file holds none that can be sent
     */
    static String read(Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file)) {
                String text = line.strip();
                if (!text.isEmpty() && !text.startsWith("#")) {
                    lines.add(text);
                }
            }
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("--token-file must be a file of text: token-file=" + file, e);
        }
        if (lines.size() == 1 && TOKEN.matcher(lines.get(0)).matches()) {
            return lines.get(0);
        }
        for (String line : lines) {
            String[] words = line.split("\\s+", -1);
            if (words.length == 2
                    && words[0].equals("admin")
                    && TOKEN.matcher(words[1]).matches()) {
                return words[1];
            }
        }
        throw new IllegalArgumentException(
                "--token-file must hold a token alone, or a line with admin and a token that is not"
                        + " hashed: token-file=" + file + " lines=" + lines.size());
    }
}
