"""Words of gate findings by stage, in English and German."""
