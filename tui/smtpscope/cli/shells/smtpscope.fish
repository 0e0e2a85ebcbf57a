# Completion of smtpscope for fish. `smtpscope completion fish` prints this file.

function _smtpscope_completion
    set -l typed (commandline -cp | string collect)
    set -l word (commandline -ct | string collect --allow-empty)
    set -l program (commandline -opc)[1]
    # What is before the equals sign of --format=json is a part of the word for fish, and no part of the value.
    set -l before (string match --regex -- '^--[a-z-]+=' $word)
    set -l value (string replace -- "$before" '' $word)
    # Lines of three fields with tabs between them: kind, value, help.
    for line in (env _SMTPSCOPE_COMPLETE=fish_complete COMP_WORDS="$typed" $program 2>/dev/null)
        set -l fields (string split \t -- $line)
        switch $fields[1]
            case plain
                printf '%s%s\t%s\n' "$before" $fields[2] "$fields[3]"
            case file
                for name in (__fish_complete_path $value)
                    printf '%s%s\n' "$before" $name
                end
            case dir
                for name in (__fish_complete_directories $value)
                    printf '%s%s\n' "$before" $name
                end
        end
    end
end

complete --command smtpscope --no-files --arguments '(_smtpscope_completion)'
