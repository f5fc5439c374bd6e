sluice_fuzz(manifest sluice_host)
sluice_fuzz(config sluice_host)
sluice_fuzz(elf_note sluice_host)
